import assert from 'node:assert/strict';
import { type ByteRange, resolveRange } from '../byte-range.ts';
import { readAll } from '../byte-source.ts';
import { keyUnder } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import { patternBytes, putBytes } from './support.ts';

const SIZE = 1000;
const RANGES: readonly ByteRange[] = [
  { start: 0 },
  { start: 0, end: SIZE },
  { start: 0, end: 1 },
  { start: 10, end: 20 },
  { start: 990 },
  { start: 990, end: 5000 },
  { start: 999, end: 1000 },
  { start: 1000 },
  { start: 1000, end: 1001 },
  { start: 5000 },
  { start: 5000, end: 6000 },
  { start: 20, end: 10 },
  { start: 10, end: 10 },
  { start: 0, end: 0 },
  { suffix: 1 },
  { suffix: 100 },
  { suffix: SIZE },
  { suffix: 5000 },
  { suffix: 0 },
];

export const rangeCases: readonly CaseDefinition[] = [SIZE, 0].map((size) => ({
  name:
    size === 0
      ? 'returns nothing for any range of an empty object'
      : 'cuts every range as slice does: from the end, past the end, upside down',
  async run({ backend, prefix }) {
    const key = keyUnder(prefix, 'ranged');
    const bytes = patternBytes(size);
    const receipt = await putBytes(backend, key, bytes);
    for (const range of RANGES) {
      const content = await backend.get(key, { range });
      const expected = resolveRange(range, size);
      const told = JSON.stringify(range);
      assert.deepEqual(content.range, expected, told);
      assert.equal(content.info.size, size, told);
      assert.equal(content.info.version, receipt.version, told);
      const body = Buffer.from(await readAll(content.body));
      assert.ok(body.equals(bytes.subarray(expected.start, expected.end)), told);
    }
  },
}));
