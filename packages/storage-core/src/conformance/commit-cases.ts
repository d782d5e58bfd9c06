import assert from 'node:assert/strict';
import type { Write } from '../backend.ts';
import { bytesSource } from '../byte-source.ts';
import { sha256Of } from '../checksum.ts';
import { keyUnder, type ObjectKey } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import { chunkedSource, listedKeys, OTHER_SHA256, putBytes, rejectsWith } from './support.ts';

function write(key: ObjectKey, text: string): Write {
  const bytes = Buffer.from(text);
  return { key, source: bytesSource(bytes), sha256: sha256Of(bytes) };
}

export const commitCases: readonly CaseDefinition[] = [
  {
    name: 'commits several objects, with a receipt for each',
    when: (capabilities) => capabilities.atomicCommit,
    async run({ backend, prefix }) {
      const keys = ['a', 'b/c', 'd'].map((name) => keyUnder(prefix, name));
      const receipts = await backend.commit(keys.map((key) => write(key, key)));
      assert.deepEqual(
        receipts.map((receipt) => receipt.key),
        keys,
      );
      for (const { sha256, ...receipt } of receipts) {
        const { sha256: reported, ...head } = await backend.head(receipt.key);
        assert.deepEqual(head, receipt);
        if (backend.capabilities.reportsSha256) assert.equal(reported, sha256);
      }
      assert.deepEqual(await listedKeys(backend, prefix), keys);
    },
  },
  {
    name: 'commits nothing when one object is refused',
    when: (capabilities) => capabilities.atomicCommit,
    async run({ backend, prefix }) {
      const taken = keyUnder(prefix, 'taken');
      const free = keyUnder(prefix, 'free');
      await putBytes(backend, taken, Buffer.from('first'));
      const refused = (second: Write) => backend.commit([write(free, 'new'), second]);
      await rejectsWith('AlreadyExists', refused(write(taken, 'second')));
      await rejectsWith('AlreadyExists', refused(write(free, 'again')));
      const wrong = { ...write(keyUnder(prefix, 'wrong'), 'x'), sha256: OTHER_SHA256 };
      await rejectsWith('ChecksumMismatch', refused(wrong));
      await rejectsWith('InvalidKey', refused(write('a/../b' as ObjectKey, 'x')));
      assert.deepEqual(await listedKeys(backend, prefix), [taken]);
    },
  },
  {
    name: 'commits nothing when it is aborted',
    when: (capabilities) => capabilities.atomicCommit,
    async run({ backend, prefix }) {
      const bytes = Buffer.from('aborted');
      const controller = new AbortController();
      const source = chunkedSource(bytes, { afterFirst: () => controller.abort() });
      const writes = [
        write(keyUnder(prefix, 'a'), 'a'),
        { key: keyUnder(prefix, 'b'), source, sha256: sha256Of(bytes) },
      ];
      await rejectsWith('Aborted', backend.commit(writes, { signal: controller.signal }));
      assert.deepEqual(await listedKeys(backend, prefix), []);
    },
  },
  {
    name: 'says Unsupported to a commit',
    when: (capabilities) => !capabilities.atomicCommit,
    async run({ backend, prefix }) {
      await rejectsWith('Unsupported', backend.commit([write(keyUnder(prefix, 'a'), 'a')]));
      assert.deepEqual(await listedKeys(backend, prefix), []);
    },
  },
];
