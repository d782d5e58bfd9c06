import assert from 'node:assert/strict';
import { keyUnder } from '../object-key.ts';
import type { CaseDefinition } from './case.ts';
import { patternBytes, putBytes, readBytes, rejectsWith } from './support.ts';

const MEBIBYTE = 1024 * 1024;

export const objectCases: readonly CaseDefinition[] = [
  {
    name: 'returns the bytes that were put',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'hello.txt');
      await putBytes(backend, key, Buffer.from('hello, world'));
      assert.equal(Buffer.from(await readBytes(backend, key)).toString(), 'hello, world');
    },
  },
  {
    name: 'holds an empty object',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'empty');
      const receipt = await putBytes(backend, key, new Uint8Array());
      assert.equal(receipt.size, 0);
      assert.equal((await backend.head(key)).size, 0);
      assert.equal((await readBytes(backend, key)).byteLength, 0);
    },
  },
  {
    name: 'returns 5 MiB byte for byte',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'large');
      const bytes = patternBytes(5 * MEBIBYTE);
      await putBytes(backend, key, bytes);
      assert.ok(Buffer.from(await readBytes(backend, key)).equals(bytes));
    },
  },
  {
    name: 'gives a receipt that equals what head and get say',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'receipt');
      const { sha256, ...receipt } = await putBytes(backend, key, Buffer.from('signed for'));
      const { sha256: reported, ...head } = await backend.head(key);
      assert.deepEqual(head, receipt);
      assert.equal(receipt.key, key);
      assert.equal(receipt.size, 10);
      assert.notEqual(receipt.version, '');
      if (backend.capabilities.reportsSha256) assert.equal(reported, sha256);
      const content = await backend.get(key);
      for await (const chunk of content.body) assert.ok(chunk.byteLength > 0);
      const { sha256: read, ...info } = content.info;
      assert.deepEqual(info, receipt);
      if (backend.capabilities.reportsSha256) assert.equal(read, sha256);
    },
  },
  {
    name: 'dates an object when it was written',
    async run({ backend, prefix }) {
      const receipt = await putBytes(backend, keyUnder(prefix, 'dated'), Buffer.from('now'));
      const age = Math.abs(Date.now() - receipt.modifiedAt.getTime());
      assert.ok(age < 3_600_000, `modified at ${receipt.modifiedAt.toISOString()}`);
    },
  },
  {
    name: 'says NotFound for the head and the content of an absent key',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'absent');
      await rejectsWith('NotFound', backend.head(key));
      await rejectsWith('NotFound', backend.get(key));
      await rejectsWith('NotFound', backend.get(key, { range: { start: 0, end: 0 } }));
    },
  },
  {
    name: 'gives a body back when it is left early',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'left-early');
      const bytes = patternBytes(MEBIBYTE);
      await putBytes(backend, key, bytes);
      // More than the connections a client keeps: the last would wait for the first for ever.
      for (let i = 0; i < 64; i++) {
        const { body } = await backend.get(key);
        for await (const chunk of body) {
          assert.equal(chunk[0], bytes[0]);
          break;
        }
      }
      assert.ok(Buffer.from(await readBytes(backend, key)).equals(bytes));
    },
  },
  {
    name: 'refuses to read a body twice',
    async run({ backend, prefix }) {
      const key = keyUnder(prefix, 'twice');
      await putBytes(backend, key, Buffer.from('once'));
      const { body } = await backend.get(key);
      for await (const chunk of body) assert.ok(chunk.byteLength > 0);
      assert.throws(() => body[Symbol.asyncIterator](), { code: 'Unsupported' });
    },
  },
];
