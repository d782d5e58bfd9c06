import assert from 'node:assert/strict';
import { compareKeys, keyUnder, MAX_KEY_BYTES, type ObjectKey } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import { inParallel, listedKeys, putBytes, readBytes, rejectsWith } from './support.ts';

const AWKWARD_NAMES = [
  'with space.txt',
  ' leading and trailing ',
  '100%.txt',
  '%2e%2e',
  'a%2Fb',
  'a+b.txt',
  'what?.txt',
  'query?x=1&y=2',
  'hash#tag',
  'a=b&c=d',
  `it's "quoted"`,
  '<xml>&amp;</xml>',
  'semi;colon,comma:colon',
  '~tilde*star|pipe',
  '(paren)[bracket]{brace}',
  'dollar$at@bang!',
  '...',
  '.hidden',
  'trailing.',
  'e\u0301 combining',
  '\u00e9 composed',
  'Ünïcödé',
  '数据',
  '🦄 emoji',
  '\u{10000} above the surrogates',
  '\uffee below them in UTF-16 order',
  'case',
  'CASE',
  'CaSe',
];

export const keyCases: readonly CaseDefinition[] = [
  {
    name: 'keeps awkward keys apart and lists them as they were given, ordered by UTF-8 bytes',
    async run({ backend, prefix }) {
      const keys = AWKWARD_NAMES.map((name) => keyUnder(prefix, `${name}/${name}`));
      await inParallel(keys.map((key) => () => putBytes(backend, key, Buffer.from(key))));
      for (const key of keys)
        assert.equal(Buffer.from(await readBytes(backend, key)).toString(), key);
      assert.deepEqual(await listedKeys(backend, prefix), keys.toSorted(compareKeys));
    },
  },
  {
    name: 'holds a key of the longest length, or says that it is too long',
    async run({ backend, prefix }) {
      const rest = MAX_KEY_BYTES - Buffer.byteLength(prefix);
      const key = keyUnder(prefix, 'x'.repeat(rest));
      try {
        await putBytes(backend, key, Buffer.from('long'));
      } catch (error) {
        // A file system's path may be shorter than that: refused, it must be refused cleanly.
        await rejectsWith('TooLarge', Promise.reject(error));
        assert.deepEqual(await listedKeys(backend, prefix), []);
        return;
      }
      assert.equal(Buffer.from(await readBytes(backend, key)).toString(), 'long');
      assert.deepEqual(await listedKeys(backend, prefix), [key]);
    },
  },
  {
    name: 'holds a key that another key continues, or says that it cannot',
    async run({ backend, prefix }) {
      const outer = keyUnder(prefix, 'a');
      const inner = keyUnder(prefix, 'a/b');
      await putBytes(backend, inner, Buffer.from('inner'));
      try {
        await putBytes(backend, outer, Buffer.from('outer'));
      } catch (error) {
        // A Git tree has either a file or a folder of a name.
        await rejectsWith('Unsupported', Promise.reject(error));
        assert.deepEqual(await listedKeys(backend, prefix), [inner]);
        return;
      }
      assert.equal(Buffer.from(await readBytes(backend, outer)).toString(), 'outer');
      assert.equal(Buffer.from(await readBytes(backend, inner)).toString(), 'inner');
      assert.deepEqual(await listedKeys(backend, prefix), [outer, inner]);
    },
  },
  {
    name: 'refuses a key that was cast instead of parsed',
    async run({ backend }) {
      for (const text of ['', '/a', 'a//b', 'a/', '../a', 'a/../b', './a', 'a\u0000', 'a\\b']) {
        const key = text as ObjectKey;
        await rejectsWith('InvalidKey', putBytes(backend, key, Buffer.from('never')));
        await rejectsWith('InvalidKey', backend.get(key));
        await rejectsWith('InvalidKey', backend.head(key));
      }
    },
  },
];
