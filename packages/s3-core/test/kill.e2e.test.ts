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

const KEY = parseObjectKey('data/large.parquet');

/** A cloud behind a proxy, and puts of one object to it, each from a process of its own. */
async function stage() {
  const folder = await mkdtemp(join(tmpdir(), 's3-core-kill-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { endpoint, region, bucket, admin } = await startCloud(join(folder, 'cloud'));
  const client = new S3Client({ endpoint, region, credentials: admin, forcePathStyle: true });
  onTestFinished(() => client.destroy());

  const sent: { number: number; bytes: number }[] = [];
  const faults: { of: (part: number) => Fault } = { of: () => undefined };
  const proxy = await startFaultProxy(endpoint, (line, { headers }) => {
    const number = Number(/partNumber=(\d+)/.exec(line)?.[1] ?? 0);
    if (number > 0) sent.push({ number, bytes: Number(headers['content-length']) });
    return number > 0 ? faults.of(number) : undefined;
  });
  onTestFinished(() => proxy.close());

  const journal = join(folder, 'uploads');
  const start = () =>
    startPut({
      endpoint: proxy.endpoint,
      region,
      bucket,
      credentials: admin,
      key: KEY,
      mebibytes: (PART / MIB) * (PARTS - 1),
      settings: { partSize: PART, partsAtOnce: 2, maxAttempts: 2 },
      journal,
    });

  /** Numbers of the parts that the store has of the one upload that is open. */
  const openParts = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toHaveLength(1);
    const upload = { Bucket: bucket, Key: KEY, UploadId: Uploads[0]?.UploadId };
    const { Parts = [] } = await client.send(new ListPartsCommand(upload));
    return Parts.map(({ PartNumber = 0 }) => PartNumber);
  };

  /** Puts from a process of its own; what it sent, and that the object is right and nothing else is left. */
  const finish = async () => {
    sent.length = 0;
    faults.of = () => undefined;
    const { output } = await start().ended;
    const receipt = JSON.parse(output) as { sha256: string; expected: string; size: number };
    expect(receipt.sha256).toBe(receipt.expected);
    const backend = new S3Backend({ endpoint, region, bucket, credentials: async () => admin });
    onTestFinished(() => backend.close());
    expect(await sha256OfStream((await backend.get(KEY)).body)).toBe(receipt.expected);
    const left = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(left.Uploads ?? []).toEqual([]);
    expect(await readdir(journal)).toEqual([]);
    return {
      numbers: sent.map(({ number }) => number).toSorted((a, b) => a - b),
      bytes: sent.reduce((sum, part) => sum + part.bytes, 0),
      size: receipt.size,
    };
  };
  return { proxy, journal, sent, faults, start, openParts, finish };
}

beforeAll(() => {
  for (const path of [built, cloudProgram])
    expect(existsSync(path), 'build the packages first').toBe(true);
});

describe('kill -9 in the middle of an upload in parts', () => {
  it('costs the next run the parts that were missing, and no other', async () => {
    const { journal, sent, faults, start, openParts, finish } = await stage();
    // With two at a time, the sixth begins once the first four are stored.
    faults.of = (number) => (number > 4 ? { request: 'stall', at: 1000 } : undefined);
    const first = start();
    await expect.poll(() => sent.length, { timeout: 60_000 }).toBe(6);
    first.process.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(await openParts()).toEqual([1, 2, 3, 4]);
    expect(await readdir(journal)).toHaveLength(1);

    const { numbers, bytes, size } = await finish();
    expect(numbers).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    expect(bytes).toBe(size - 4 * PART);
  });
});

describe('a store that vanishes in the middle of an upload in parts', () => {
  it('costs the next process the parts that were missing, and no other', async () => {
    const { proxy, journal, sent, faults, start, openParts, finish } = await stage();
    faults.of = (number) => (number > 4 ? { request: 'stall', at: 1000 } : undefined);
    const first = start();
    await expect.poll(() => sent.length, { timeout: 60_000 }).toBe(6);
    await proxy.stop();
    const { output } = await first.ended;
    expect(JSON.parse(output)).toMatchObject({ code: 'Unavailable', retryable: true });
    expect(await openParts()).toEqual([1, 2, 3, 4]);
    expect(await readdir(journal)).toHaveLength(1);

    // Still away: nothing is lost by trying.
    const { output: inVain } = await start().ended;
    expect(JSON.parse(inVain)).toMatchObject({ code: 'Unavailable', retryable: true });
    expect(await readdir(journal)).toHaveLength(1);

    await proxy.start();
    const { numbers, bytes, size } = await finish();
    expect(numbers).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    expect(bytes).toBe(size - 4 * PART);
  });
});
