import { sha256Of } from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  applyManifest,
  type DatasetState,
  emptyDataset,
  type Manifest,
  nextManifest,
  type RowMask,
  type UnsignedManifest,
} from '../src/index.ts';
import { stateFromCheckpoint } from '../src/manifest/dataset-state.ts';
import { firstManifest, listed, meta, nothing } from './support/chain.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const refused = (code: string) => expect.objectContaining({ name: 'ManifestError', code });
const signed = (unsigned: UnsignedManifest): Manifest => ({
  ...unsigned,
  signature: `0x${'0'.repeat(128)}`,
});
const apply = (state: DatasetState, unsigned: UnsignedManifest): DatasetState =>
  applyManifest(state, signed(unsigned), sha256Of(Buffer.from(JSON.stringify(unsigned))));

const [a, b] = [listed(1), listed(2)];
const mask = (name: string, ...rows: [number, number][]): RowMask => ({ name, rows });
const first = apply(emptyDataset(), firstManifest({ checkpoint: null }));
const second = (changes: Partial<UnsignedManifest>): UnsignedManifest => ({
  ...nextManifest(first, nothing, meta),
  ...changes,
});

describe('a commit', () => {
  test('adds, masks and removes files, and counts what is left', () => {
    const added = apply(first, nextManifest(first, { ...nothing, added: [b] }, meta));
    expect(added.totals).toEqual({ files: 2, rows: 20, bytes: a.size + b.size });
    const change = { added: [], removed: [a.name], masked: [mask(b.name, [8, 9], [1, 3])] };
    const after = apply(added, nextManifest(added, change, meta));
    expect(after.totals).toEqual({ files: 1, rows: 7, bytes: b.size });
    expect([...after.files]).toEqual([
      [
        b.name,
        {
          file: b,
          masked: [
            [1, 3],
            [8, 9],
          ],
        },
      ],
    ]);
    const more = { ...nothing, masked: [mask(b.name, [3, 4]), mask(b.name, [4, 8])] };
    const last = apply(after, nextManifest(after, more, meta));
    expect(last.files.get(b.name)?.masked).toEqual([[1, 9]]);
    expect(last).toMatchObject({ sequence: 4, profile: 'raw', totals: { rows: 2 } });
  });

  test('leaves the state before it alone', () => {
    apply(first, nextManifest(first, { ...nothing, removed: [a.name] }, meta));
    expect([...first.files.keys()]).toEqual([a.name]);
  });

  test.each<[string, UnsignedManifest]>([
    ['of a later number', second({ sequence: 3 })],
    ['of the same number', second({ sequence: 1 })],
    ['after another one', second({ previous: sha256Of(new Uint8Array()) })],
    ['after none', second({ previous: null })],
  ])('%s breaks the chain', (_, unsigned) => {
    expect(() => apply(first, unsigned)).toThrow(refused('BrokenChain'));
  });

  const totals = (rows: number, files = 1) => ({ files, rows, bytes: files * 1001 });
  test.each<[string, Partial<UnsignedManifest>]>([
    ['adds a file twice', { added: [b, b] }],
    ['adds a file that is there', { added: [a] }],
    ['removes and adds the same file', { added: [a], removed: [a.name] }],
    ['adds a file with other rows than its name says', { added: [{ ...b, rows: 9 }] }],
    ['adds a file with another hash than its name says', { added: [{ ...b, sha256: a.sha256 }] }],
    ['adds a file that ends before it begins', { added: [{ ...b, time_end: -1 }] }],
    ['adds a file of buckets that end before', { added: [{ ...b, bucket_end: -1 }] }],
    ['removes an unknown file', { removed: [b.name] }],
    ['removes a file twice', { removed: [a.name, a.name] }],
    ['masks an unknown file', { masked: [mask(b.name, [0, 1])] }],
    ['masks a file it adds', { added: [b], masked: [mask(b.name, [0, 1])] }],
    ['masks a file it removes', { removed: [a.name], masked: [mask(a.name, [0, 1])] }],
    ['masks a file in two places', { masked: [mask(a.name, [0, 1]), mask(a.name, [4, 5])] }],
    ['masks beyond the end', { masked: [mask(a.name, [9, 11])], totals: totals(8) }],
    ['masks nothing', { masked: [mask(a.name, [5, 5])], totals: totals(10) }],
    ['masks backwards', { masked: [mask(a.name, [5, 6], [1, 2])], totals: totals(8) }],
    ['masks a row twice', { masked: [mask(a.name, [1, 3], [2, 4])], totals: totals(6) }],
    ['has other rows', { totals: totals(9) }],
    ['has other files', { totals: totals(10, 2) }],
    ['has other bytes', { totals: { files: 1, rows: 10, bytes: 1 } }],
    ['changes the profile', { profile: 'encoded' }],
    ['has an empty checkpoint', { checkpoint: { files: [], masked: [] } }],
    ['has an altered checkpoint', { checkpoint: { files: [{ ...a, size: 1 }], masked: [] } }],
  ])('that %s is inconsistent', (_, changes) => {
    expect(() => apply(first, second(changes))).toThrow(refused('Inconsistent'));
  });

  test('cannot mask again what is masked', () => {
    const masked = { ...nothing, masked: [mask(a.name, [2, 5])] };
    const state = apply(first, nextManifest(first, masked, meta));
    expect(() => nextManifest(state, { ...nothing, masked: [mask(a.name, [4, 6])] }, meta)).toThrow(
      refused('Inconsistent'),
    );
  });
});

describe('the next manifest', () => {
  test('is a checkpoint the first time and every 16th time after', () => {
    let state = emptyDataset();
    const checkpoints: number[] = [];
    for (let sequence = 1; sequence <= 40; sequence += 1) {
      const next = nextManifest(state, { ...nothing, added: [listed(sequence)] }, meta);
      if (next.checkpoint) checkpoints.push(next.sequence);
      state = apply(state, next);
    }
    expect(checkpoints).toEqual([1, 17, 33]);
  });

  test.each([0, -1, 257, Number.NaN])('has no checkpoint every %d times', (checkpointEvery) => {
    expect(() => nextManifest(first, nothing, { ...meta, checkpointEvery })).toThrow(RangeError);
  });

  test('is refused where its reader would refuse it', () => {
    const build =
      (change: object, more: object = {}) =>
      () =>
        nextManifest(first, { ...nothing, ...change }, { ...meta, ...more });
    expect(build({ removed: [b.name] })).toThrow(refused('Inconsistent'));
    expect(build({ masked: [mask(a.name, [0, 2]), mask(a.name, [1, 3])] })).toThrow(
      refused('Inconsistent'),
    );
    expect(build({}, { profile: 'encoded' })).toThrow(refused('Inconsistent'));
    expect(build({}, { network: 'No Network' })).toThrow(refused('Malformed'));
  });
});

test('whatever happens to a dataset, its checkpoint is the sum of its commits', () => {
  const step = fc.record({
    add: fc.nat(3),
    remove: fc.array(fc.nat(), { maxLength: 2 }),
    mask: fc.array(fc.tuple(fc.nat(), fc.nat(9)), { maxLength: 4 }),
  });
  const history = fc.tuple(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(history, ([steps, checkpointEvery]) => {
      let state = emptyDataset();
      let made = 0;
      /** Name of a file to the rows that count, kept by the simplest means. */
      const model = new Map<string, Set<number>>();
      for (const { add, remove, mask: masks } of steps) {
        const added = Array.from({ length: add }, () => listed(++made));
        const names = [...model.keys()];
        const removed = [...new Set(remove.flatMap((index) => names[index % names.length] ?? []))];
        for (const name of removed) model.delete(name);
        const masked: RowMask[] = [];
        for (const [index, row] of masks) {
          const [name, rows] = [...model][index % model.size] ?? [];
          if (name && rows?.delete(row)) masked.push(mask(name, [row, row + 1]));
        }
        for (const { name, rows } of added) model.set(name, new Set(Array(rows).keys()));
        const change = { added, removed, masked };
        const next = nextManifest(state, change, { ...meta, checkpointEvery });
        state = apply(state, next);
        if (next.checkpoint === null || state.head === null) continue;
        expect(stateFromCheckpoint(signed(next), next.checkpoint, state.head)).toEqual(state);
      }
      expect(state.files.size).toBe(model.size);
      for (const [name, { file, masked }] of state.files) {
        const rows = new Set(Array(file.rows).keys());
        for (const [start, end] of masked)
          for (let row = start; row < end; row += 1) rows.delete(row);
        expect(rows).toEqual(model.get(name));
      }
    }),
  );
});
