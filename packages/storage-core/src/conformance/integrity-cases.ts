import assert from 'node:assert/strict';
import type { StorageBackend } from '../backend.ts';
import type { ByteSource } from '../byte-source.ts';
import { bytesSource } from '../byte-source.ts';
import { type Sha256, sha256Of } from '../checksum.ts';
import { type KeyPrefix, keyUnder } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import {
  assertAbsent,
  chunkedSource,
  listedKeys,
  OTHER_SHA256,
  patternBytes,
  putBytes,
  readBytes,
  rejectsWith,
} from './support.ts';

async function refusedWithoutTrace(
  { backend, prefix }: { readonly backend: StorageBackend; readonly prefix: KeyPrefix },
  source: ByteSource,
  sha256: Sha256,
): Promise<void> {
  const key = keyUnder(prefix, 'refused');
  await rejectsWith('ChecksumMismatch', backend.put(key, source, { sha256 }));
  await assertAbsent(backend, key);
  assert.deepEqual(await listedKeys(backend, prefix), []);
}

export const integrityCases: readonly CaseDefinition[] = [
  {
    name: 'refuses bytes that differ from their SHA-256 and holds no object',
    async run(context) {
      for (const size of [0, 1, 100_000])
        await refusedWithoutTrace(context, chunkedSource(patternBytes(size)), OTHER_SHA256);
    },
  },
  {
    name: 'refuses a body shorter than its size and holds no object',
    async run(context) {
      for (const size of [0, 100_000]) {
        const bytes = patternBytes(size);
        const source = chunkedSource(bytes, { size: size + 1 });
        await refusedWithoutTrace(context, source, sha256Of(bytes));
      }
    },
  },
  {
    name: 'refuses a body longer than its size and holds no object',
    async run(context) {
      for (const size of [1, 100_000]) {
        const bytes = patternBytes(size);
        const start = bytes.subarray(0, size - 1);
        for (const sha256 of [sha256Of(bytes), sha256Of(start)])
          await refusedWithoutTrace(context, endlessly(bytes, size - 1), sha256);
      }
    },
  },
  {
    name: 'keeps the object that a refused body would have replaced',
    when: (capabilities) => capabilities.replace,
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'kept');
      await putBytes(backend, key, Buffer.from('first'));
      const put = backend.put(key, bytesSource(Buffer.from('second')), {
        sha256: OTHER_SHA256,
        ifExists: 'replace',
      });
      await rejectsWith('ChecksumMismatch', put);
      assert.equal(Buffer.from(await readBytes(backend, key)).toString(), 'first');
    },
  },
  {
    name: 'leaves nothing when its source fails',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'unreadable');
      const source = chunkedSource(patternBytes(100_000), {
        afterFirst: () => {
          throw new Error('the disk was pulled out');
        },
      });
      const sha256 = sha256Of(patternBytes(100_000));
      await rejectsWith('Unknown', backend.put(key, source, { sha256 }));
      await assertAbsent(backend, key);
    },
  },
];

/** Says one size and, like a file that grows, yields more whatever range is asked for. */
function endlessly(bytes: Uint8Array, size: number): ByteSource {
  return {
    size,
    async *stream(range) {
      yield bytes.subarray(range?.start ?? 0);
    },
  };
}
