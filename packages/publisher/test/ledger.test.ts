import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DataEntity } from '@data-universe/dataset';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketDiff } from '../src/cycle/bucket-diff.ts';
import { Lock } from '../src/cycle/lock.ts';
import { EntryList, isMaskedAt, withMasked } from '../src/ledger/entries.ts';
import { ENTRY_BYTES, RowDigest, SALT_BYTES, uriKeyAt } from '../src/ledger/row-digest.ts';
import { countRows, mergeRanges, toRanges } from '../src/ledger/row-ranges.ts';
import { posts } from './support/miner.ts';
import { setting, temporaryFolder } from './support/setting.ts';

const entity = fc.record<DataEntity>({
  uri: fc.string({ unit: 'binary', maxLength: 40 }),
  datetime: fc.string({ maxLength: 40 }),
  timeBucketId: fc.maxSafeInteger(),
  source: fc.constant(2),
  label: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
  content: fc.uint8Array({ maxLength: 200 }),
  contentSizeBytes: fc.maxSafeInteger(),
});

const digest = new RowDigest(Buffer.alloc(SALT_BYTES, 1));

function entryOf(row: DataEntity, by = digest): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES);
  by.write(row, entry, 0);
  return entry;
}

describe('the entry of a row', () => {
  it('is equal for equal rows and for no others', () => {
    fc.assert(
      fc.property(entity, entity, (a, b) => {
        expect(entryOf({ ...a, content: Buffer.from(a.content) })).toEqual(entryOf(a));
        const equal =
          JSON.stringify({ ...a, content: [...a.content] }) ===
          JSON.stringify({ ...b, content: [...b.content] });
        expect(entryOf(a).equals(entryOf(b))).toBe(equal);
      }),
    );
  });

  it.each<[string, Partial<DataEntity>]>([
    ['datetime', { datetime: '2026-01-05 00:00:00.5+00:00' }],
    ['time bucket', { timeBucketId: 2 }],
    ['label', { label: null }],
    ['content of equal length', { content: Buffer.from('other') }],
    ['size', { contentSizeBytes: 6 }],
    ['split between datetime and label', { datetime: '2026-01-05 00:00:00', label: '+00:00#a' }],
  ])('changes with its %s, and stays under the same uri', (_, change) => {
    const row: DataEntity = {
      uri: 'https://x.com/a/status/1',
      datetime: '2026-01-05 00:00:00+00:00',
      timeBucketId: 1,
      source: 2,
      label: '#a',
      content: Buffer.from('bytes'),
      contentSizeBytes: 5,
    };
    const [before, after] = [entryOf(row), entryOf({ ...row, ...change })];
    expect(after.equals(before)).toBe(false);
    expect(uriKeyAt(after, 0)).toBe(uriKeyAt(before, 0));
    expect(digest.uriKey(row.uri)).toBe(uriKeyAt(before, 0));
  });

  it('is found by a key that a number holds exactly', () => {
    fc.assert(
      fc.property(entity, (row) => {
        expect(Number.isSafeInteger(digest.uriKey(row.uri))).toBe(true);
      }),
    );
  });

  it('differs from ledger to ledger', () => {
    fc.assert(
      fc.property(entity, (row) => {
        const other = new RowDigest(Buffer.alloc(SALT_BYTES, 2));
        expect(entryOf(row, other).equals(entryOf(row))).toBe(false);
      }),
    );
  });

  it('does not depend on how large the rows before it were', () => {
    fc.assert(
      fc.property(entity, (row) => {
        const used = new RowDigest(Buffer.alloc(SALT_BYTES, 1));
        entryOf({ ...row, content: randomBytes(300_000), label: 'x'.repeat(70_000) }, used);
        expect(entryOf(row, used)).toEqual(entryOf(row));
      }),
      { numRuns: 20 },
    );
  });
});

describe('the comparison of a bucket', () => {
  const fakeEntry = (uri: number, row: number) => {
    const entry = Buffer.alloc(ENTRY_BYTES, row + 1);
    entry.writeUIntBE(uri + 1, 0, 6);
    entry.writeUInt8(0, 6);
    return entry;
  };

  it('tells same, new, replaced and gone apart for any two states, even where uris collide', () => {
    const state = fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 3 })), { maxLength: 30 });
    fc.assert(
      fc.property(state, state, (published, current) => {
        const list = new EntryList();
        for (const [uri, row] of published) list.append(fakeEntry(uri, row));
        const segment = { id: 1, fileId: 1, firstRow: 0, entries: list.bytes() };
        const diff = new BucketDiff([segment]);
        const left = new Map(published.map((row, index) => [index, row]));
        const added: [number, number][] = [];
        for (const row of current) {
          const comparison = diff.compare(fakeEntry(...row));
          if (comparison.kind !== 'same') added.push(row);
          if (comparison.kind === 'replaced') left.delete(comparison.old.row);
        }
        for (const place of diff.gone()) left.delete(place.row);
        const result = [...left.values(), ...added].map(String).sort();
        expect(result).toEqual(current.map(String).sort());
      }),
    );
  });

  it('skips masked rows', () => {
    const list = new EntryList();
    for (let n = 0; n < 200; n += 1) list.append(fakeEntry(n, 0));
    const entries = withMasked(list.bytes(), [[10, 190]]) ?? Buffer.alloc(0);
    expect(isMaskedAt(entries, 10 * ENTRY_BYTES)).toBe(true);
    const diff = new BucketDiff([{ id: 1, fileId: 1, firstRow: 0, entries }]);
    expect([...diff.gone()]).toHaveLength(20);
    expect(withMasked(entries, [[0, 200]])).toBeUndefined();
  });
});

it('row ranges hold the rows they were made of, ascending and apart', () => {
  const rows = fc.uniqueArray(fc.nat({ max: 60 }));
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const ranges = mergeRanges([...toRanges(a), ...toRanges(b)]);
      const held = ranges.flatMap(([start, end]) =>
        Array.from({ length: end - start }, (_, index) => start + index),
      );
      expect(held).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
      expect(countRows(ranges)).toBe(held.length);
      ranges.forEach(([start], index) => {
        expect(start).toBeGreaterThan(ranges[index - 1]?.[1] ?? -1);
      });
    }),
  );
});

it('a ledger takes at most 16 bytes a row in buckets of a usual size', async () => {
  const { miner, open, stateDirectory } = setting();
  miner.put(...posts(0, 20_000, 35));
  await (await open()).run();
  const { size } = statSync(join(stateDirectory, 'x', 'ledger.sqlite'));
  expect(size / 20_000).toBeLessThanOrEqual(16);
});

it('a lock is held by one, released, and taken again', () => {
  const directory = join(temporaryFolder(), 'state');
  const lock = Lock.acquire(directory);
  expect(() => Lock.acquire(directory)).toThrow(new RegExp(`pid ${process.pid} is at work`));
  lock.release();
  Lock.acquire(directory).release();
});
