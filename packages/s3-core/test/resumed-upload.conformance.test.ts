import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import {
  bytesSource,
  fileSource,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import { expect, it, onTestFinished } from 'vitest';
import { FileUploadJournal, S3Backend } from '../src/index.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { describeRealStores } from './support/real-stores.ts';

const PART = 5 * 1024 * 1024;
const BYTES = randomBytes(3 * PART + 5);
const SHA256 = sha256Of(BYTES);

describeRealStores('an upload in parts that was aborted', (store) => {
  it.each(['bytes', 'a file'])(
    'goes on with the parts that the store lacks, from %s',
    async (from) => {
      const { endpoint, region, bucket, client } = store();
      const folder = await mkdtemp(join(tmpdir(), 's3-core-resumed-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const path = join(folder, 'source');
      await writeFile(path, BYTES);
      const source = from === 'bytes' ? bytesSource(BYTES) : await fileSource(path);
      const sent: string[] = [];
      const proxy = await startFaultProxy(endpoint, (line) => {
        const number = /^PUT .*partNumber=(\d+)/.exec(line)?.[1];
        if (number !== undefined) sent.push(number);
        return undefined;
      });
      onTestFinished(() => proxy.close());
      const open = () => {
        const backend = new S3Backend({
          endpoint: proxy.endpoint,
          region,
          bucket,
          credentials: () => client.config.credentials(),
          partSize: PART,
          partsAtOnce: 1,
          uploadJournal: new FileUploadJournal(join(folder, 'uploads')),
        });
        onTestFinished(() => backend.close());
        return backend;
      };

      const key = parseObjectKey(`resumed/${from}`);
      const controller = new AbortController();
      const aborted = open().put(key, source, {
        sha256: SHA256,
        signal: controller.signal,
        onProgress: ({ bytesSent }) => {
          if (bytesSent > 2 * PART) controller.abort();
        },
      });
      await expect(aborted).rejects.toMatchObject({ code: 'Aborted' });
      expect(sent).toEqual(['1', '2', '3']);

      sent.length = 0;
      const backend = open();
      await backend.put(key, source, { sha256: SHA256 });
      expect(sent).toEqual(['3', '4']);
      expect(BYTES.equals(await readAll((await backend.get(key)).body))).toBe(true);
      const left = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      expect(left.Uploads ?? []).toEqual([]);
    },
    60_000,
  );
});
