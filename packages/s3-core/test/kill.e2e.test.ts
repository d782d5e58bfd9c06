import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ListMultipartUploadsCommand, ListPartsCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Backend } from '@data-universe/s3-core';
import { parseObjectKey, sha256OfStream } from '@data-universe/storage-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Fault, startFaultProxy } from './support/fault-proxy.ts';
import { startPut } from './support/put-process.ts';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const cloudProgram = fileURLToPath(new URL('../../local-cloud/dist/bin.js', import.meta.url));

const MIB = 1024 * 1024;
const PART = 5 * MIB;
const PARTS = 12;

interface Cloud {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A cloud in a process of its own, until the test ends. */
async function startCloud(directory: string): Promise<Cloud> {
  const run = spawn(process.execPath, ['--no-warnings', cloudProgram, '--dir', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    run.kill('SIGTERM');
    if (run.exitCode === null) await once(run, 'close');
  });
  const [line] = (await once(createInterface(run.stdout), 'line')) as [string];
  return JSON.parse(line) as Cloud;
}

describe('kill -9 in the middle of an upload in parts', () => {
  beforeAll(() => {
    for (const path of [built, cloudProgram])
      expect(existsSync(path), 'build the packages first').toBe(true);
  });

  it('costs the next run the parts that were missing, and no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 's3-core-kill-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { endpoint, region, bucket, admin } = await startCloud(join(folder, 'cloud'));
    const client = new S3Client({ endpoint, region, credentials: admin, forcePathStyle: true });
    onTestFinished(() => client.destroy());

    const sent: { number: number; bytes: number }[] = [];
    let faultOf: (part: number) => Fault;
    const proxy = await startFaultProxy(endpoint, (line, { headers }) => {
      const number = Number(/partNumber=(\d+)/.exec(line)?.[1] ?? 0);
      if (number > 0) sent.push({ number, bytes: Number(headers['content-length']) });
      return number > 0 ? faultOf(number) : undefined;
    });
    onTestFinished(() => proxy.close());

    const key = parseObjectKey('data/large.parquet');
    const journal = join(folder, 'uploads');
    const start = () =>
      startPut({
        endpoint: proxy.endpoint,
        region,
        bucket,
        credentials: admin,
        key,
        mebibytes: (PART / MIB) * (PARTS - 1),
        settings: { partSize: PART, partsAtOnce: 2 },
        journal,
      });

    // With two at a time, the sixth begins once the first four are stored.
    faultOf = (number) => (number > 4 ? { request: 'stall', at: 1000 } : undefined);
    const first = start();
    await expect.poll(() => sent.length, { timeout: 60_000 }).toBe(6);
    first.process.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');

    const object = { Bucket: bucket, Key: key };
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(uploads.Uploads).toHaveLength(1);
    const UploadId = uploads.Uploads?.[0]?.UploadId;
    const { Parts = [] } = await client.send(new ListPartsCommand({ ...object, UploadId }));
    expect(Parts.map(({ PartNumber }) => PartNumber)).toEqual([1, 2, 3, 4]);
    expect(await readdir(journal)).toHaveLength(1);

    sent.length = 0;
    faultOf = () => undefined;
    const { output } = await start().ended;
    const receipt = JSON.parse(output) as { sha256: string; expected: string; size: number };
    expect(receipt.sha256).toBe(receipt.expected);
    const numbers = sent.map(({ number }) => number).toSorted((a, b) => a - b);
    expect(numbers).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    const bytes = sent.reduce((sum, part) => sum + part.bytes, 0);
    expect(bytes).toBe(receipt.size - 4 * PART);

    const backend = new S3Backend({ endpoint, region, bucket, credentials: async () => admin });
    onTestFinished(() => backend.close());
    expect(await sha256OfStream((await backend.get(key)).body)).toBe(receipt.expected);
    const left = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(left.Uploads ?? []).toEqual([]);
    expect(await readdir(journal)).toEqual([]);
  });
});
