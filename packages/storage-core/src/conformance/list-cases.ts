import assert from 'node:assert/strict';
import type { StorageBackend } from '../backend.ts';
import { bytesSource } from '../byte-source.ts';
import { sha256Of } from '../checksum.ts';
import { compareKeys, keyUnder, type ObjectKey, parseKeyPrefix } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import { collect, inParallel, listedKeys, putBytes, rejectsWith } from './support.ts';

const TINY = Buffer.from('.');

async function putTiny(backend: StorageBackend, keys: readonly ObjectKey[]): Promise<void> {
  if (backend.capabilities.atomicCommit) {
    const sha256 = sha256Of(TINY);
    await backend.commit(keys.map((key) => ({ key, source: bytesSource(TINY), sha256 })));
  } else {
    await inParallel(keys.map((key) => () => putBytes(backend, key, TINY)));
  }
}

export const listCases: readonly CaseDefinition[] = [
  {
    name: 'lists nothing below a prefix that has nothing, without an error',
    async run({ backend, prefix }) {
      assert.deepEqual(await listedKeys(backend, prefix), []);
      assert.deepEqual(await listedKeys(backend, parseKeyPrefix(`${prefix}no/such/`)), []);
    },
  },
  {
    name: 'lists what head says, and from the empty prefix everything',
    async run({ backend, prefix }) {
      const keys = ['a', 'b/c', 'b/d/e'].map((name) => keyUnder(prefix, name));
      await putTiny(backend, keys);
      for (const info of await collect(backend.list(prefix))) {
        const head = await backend.head(info.key);
        assert.equal(info.size, head.size);
        assert.equal(info.version, head.version);
        if (info.sha256 !== undefined) assert.equal(info.sha256, sha256Of(TINY));
      }
      const everything = new Set(await listedKeys(backend, parseKeyPrefix('')));
      for (const key of keys) assert.ok(everything.has(key), key);
    },
  },
  {
    name: 'never takes ab/ for a/',
    async run({ backend, prefix }) {
      const names = ['a/1', 'a/b/2', 'ab/3', 'a-b/4', 'ab', 'aa/a/5'];
      await putTiny(
        backend,
        names.map((name) => keyUnder(prefix, name)),
      );
      const listed = await listedKeys(backend, parseKeyPrefix(`${prefix}a/`));
      assert.deepEqual(listed, [`${prefix}a/1`, `${prefix}a/b/2`]);
    },
  },
  {
    name: 'orders keys by their bytes across folders',
    async run({ backend, prefix }) {
      const names = ['a/z', 'a-b', 'a.b/c', 'a0', 'B', 'a/b/c', 'a/b-c', '_x', 'é', 'z'];
      const keys = names.map((name) => keyUnder(prefix, name));
      await putTiny(backend, keys);
      assert.deepEqual(await listedKeys(backend, prefix), keys.toSorted(compareKeys));
    },
  },
  {
    name: 'lists to the end over more than one page, and again from any key',
    async run({ backend, prefix, manyObjects }) {
      const keys = Array.from({ length: manyObjects }, (_, i) =>
        keyUnder(prefix, `${Math.floor(i / 100)}/${String(i).padStart(6, '0')}`),
      ).toSorted(compareKeys);
      await putTiny(backend, keys);
      assert.deepEqual(await listedKeys(backend, prefix), keys);
      for (const at of [0, Math.floor(manyObjects / 2), manyObjects - 1]) {
        const startAfter = keys[at];
        const rest = (await collect(backend.list(prefix, { startAfter }))).map((info) => info.key);
        assert.deepEqual(rest, keys.slice(at + 1));
      }
    },
  },
  {
    name: 'starts after a key that does not exist, wherever it would be',
    async run({ backend, prefix }) {
      const keys = ['b/1', 'b/2', 'd'].map((name) => keyUnder(prefix, name));
      await putTiny(backend, keys);
      const after = async (name: string) => {
        const startAfter = keyUnder(prefix, name);
        return (await collect(backend.list(prefix, { startAfter }))).map((info) => info.key);
      };
      assert.deepEqual(await after('a'), keys);
      assert.deepEqual(await after('b'), keys);
      assert.deepEqual(await after('b/1/x'), keys.slice(1));
      assert.deepEqual(await after('b-'), keys);
      assert.deepEqual(await after('c'), keys.slice(2));
      assert.deepEqual(await after('d/x'), []);
    },
  },
  {
    name: 'refuses a prefix that ends within a segment',
    async run({ backend, prefix }) {
      const cast = `${prefix}half` as typeof prefix;
      await rejectsWith('InvalidKey', collect(backend.list(cast)));
    },
  },
  {
    name: 'can be left in the middle of a listing',
    async run({ backend, prefix }) {
      const keys = ['a', 'b', 'c'].map((name) => keyUnder(prefix, name));
      await putTiny(backend, keys);
      for await (const info of backend.list(prefix)) {
        assert.equal(info.key, keys[0]);
        break;
      }
      assert.equal((await listedKeys(backend, prefix)).length, 3);
    },
  },
];
