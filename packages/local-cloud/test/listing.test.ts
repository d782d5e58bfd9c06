import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listObjects } from '../src/store/listing.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The whole listing, defined the slow and obvious way. */
function oracle(keys: readonly string[], prefix: string, delimiter: string | undefined): string[] {
  const entries = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      return at < 0 ? key : key.slice(0, at + (delimiter ?? '').length);
    });
  return [...new Set(entries)].sort(byBytes);
}

function listAll(
  keys: readonly string[],
  prefix: string,
  delimiter: string | undefined,
  limit: number,
): string[] {
  const rows = [...keys].sort(byBytes).map((key) => ({ key: Buffer.from(key) }));
  const scan = (from: Buffer) => rows.filter((row) => Buffer.compare(row.key, from) >= 0);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = listObjects(
      {
        prefix,
        limit,
        ...(delimiter === undefined ? {} : { delimiter }),
        ...(after === undefined ? {} : { after }),
      },
      scan,
      (row) => row.key.toString(),
    );
    expect(page.items.length + page.prefixes.length).toBeLessThanOrEqual(limit);
    seen.push(...[...page.items, ...page.prefixes].sort(byBytes));
    after = page.next;
  } while (after !== undefined);
  return seen;
}

describe('a listing', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '/', 'é', '🎉', '\u0000'),
    maxLength: 6,
  });

  it('over any number of pages names each key or group once, in byte order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          text.filter((key) => key !== ''),
          { maxLength: 20 },
        ),
        text,
        fc.option(fc.constantFrom('/', 'a', '//', '🎉'), { nil: undefined }),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, delimiter, limit) => {
          expect(listAll(keys, prefix, delimiter, limit)).toEqual(oracle(keys, prefix, delimiter));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of a/ does not name ab/', () => {
    expect(listAll(['a/1', 'ab/1', 'a'], 'a/', undefined, 10)).toEqual(['a/1']);
  });
});
