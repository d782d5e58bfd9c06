import assert from 'node:assert/strict';
import { bytesSource } from '../byte-source.ts';
import { sha256Of } from '../checksum.ts';
import { isStorageError } from '../errors.ts';
import { keyUnder } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import { listedKeys, putBytes, readBytes, rejectsWith } from './support.ts';

const WRITERS = 20;

export const createOnlyCases: readonly CaseDefinition[] = [
  {
    name: 'says AlreadyExists for a key that is taken and keeps its object',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'taken');
      const first = await putBytes(backend, key, Buffer.from('first'));
      await rejectsWith('AlreadyExists', putBytes(backend, key, Buffer.from('second')));
      await rejectsWith('AlreadyExists', putBytes(backend, key, Buffer.from('first')));
      assert.equal(Buffer.from(await readBytes(backend, key)).toString(), 'first');
      assert.equal((await backend.head(key)).version, first.version);
    },
  },
  {
    name: 'lets one of 20 racing writers win, whose bytes stay',
    when: (capabilities) => capabilities.createOnly,
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'raced/for');
      const bodies = Array.from({ length: WRITERS }, (_, i) => Buffer.from(`writer ${i}`));
      const outcomes = await Promise.allSettled(bodies.map((body) => putBytes(backend, key, body)));
      const winners = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
      assert.equal(winners.length, 1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          assert.ok(isStorageError(outcome.reason, 'AlreadyExists'), String(outcome.reason));
      assert.equal(sha256Of(await readBytes(backend, key)), winners[0]?.sha256);
      assert.deepEqual(await listedKeys(backend, prefix), [key]);
    },
  },
  {
    name: 'replaces an object when asked to, with a new version',
    when: (capabilities) => capabilities.replace,
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'replaced');
      const first = await putBytes(backend, key, Buffer.from('first'));
      const second = await putBytes(backend, key, Buffer.from('second'), { ifExists: 'replace' });
      assert.notEqual(second.version, first.version);
      assert.equal(Buffer.from(await readBytes(backend, key)).toString(), 'second');
      assert.equal((await backend.head(key)).version, second.version);
      const absent = keyUnder(prefix, 'absent');
      await putBytes(backend, absent, Buffer.from('new'), { ifExists: 'replace' });
      assert.equal(Buffer.from(await readBytes(backend, absent)).toString(), 'new');
    },
  },
  {
    name: 'says Unsupported when asked to replace',
    when: (capabilities) => !capabilities.replace,
    async run({ backend, prefix }) {
      const bytes = Buffer.from('new');
      const put = backend.put(keyUnder(prefix, 'new'), bytesSource(bytes), {
        sha256: sha256Of(bytes),
        ifExists: 'replace',
      });
      await rejectsWith('Unsupported', put);
      assert.deepEqual(await listedKeys(backend, prefix), []);
    },
  },
];
