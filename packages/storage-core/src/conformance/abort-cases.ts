import assert from 'node:assert/strict';
import { readAll } from '../byte-source.ts';
import { sha256Of } from '../checksum.ts';
import { keyUnder } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import {
  assertAbsent,
  chunkedSource,
  collect,
  listedKeys,
  patternBytes,
  putBytes,
  rejectsWith,
} from './support.ts';

export const abortCases: readonly CaseDefinition[] = [
  {
    name: 'does nothing once its signal has fired',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'aborted');
      const present = keyUnder(prefix, 'present');
      await putBytes(backend, present, Buffer.from('present'));
      const signal = AbortSignal.abort();
      await rejectsWith('Aborted', putBytes(backend, key, Buffer.from('never'), { signal }));
      await rejectsWith('Aborted', backend.get(present, { signal }));
      await rejectsWith('Aborted', backend.head(present, { signal }));
      await rejectsWith('Aborted', collect(backend.list(prefix, { signal })));
      assert.deepEqual(await listedKeys(backend, prefix), [present]);
    },
  },
  {
    name: 'leaves nothing when a write is aborted in the middle of its body',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'aborted');
      const bytes = patternBytes(400_000);
      const controller = new AbortController();
      const source = chunkedSource(bytes, { afterFirst: () => controller.abort() });
      const { signal } = controller;
      await rejectsWith('Aborted', backend.put(key, source, { sha256: sha256Of(bytes), signal }));
      await assertAbsent(backend, key);
      assert.deepEqual(await listedKeys(backend, prefix), []);
      await putBytes(backend, key, bytes);
    },
  },
  {
    name: 'ends a write whose source hangs as soon as it is aborted',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'hanging');
      const bytes = patternBytes(1000);
      const controller = new AbortController();
      const source = {
        size: bytes.byteLength,
        async *stream() {
          yield bytes.subarray(0, 100);
          setImmediate(() => controller.abort());
          await new Promise(() => undefined);
        },
      };
      const { signal } = controller;
      await rejectsWith('Aborted', backend.put(key, source, { sha256: sha256Of(bytes), signal }));
      await assertAbsent(backend, key);
    },
  },
  {
    name: 'ends a body that is aborted while it is read',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'read');
      await putBytes(backend, key, patternBytes(3_000_000));
      const controller = new AbortController();
      const { body } = await backend.get(key, { signal: controller.signal });
      controller.abort();
      await rejectsWith('Aborted', readAll(body));
    },
  },
];
