import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { type LocalCloud, startLocalCloud } from '@data-universe/local-cloud';
import { FileUploadJournal, S3Backend, type S3Settings } from '@data-universe/s3-core';
import {
  bytesSource,
  type ObjectKey,
  type PutOptions,
  type PutProgress,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';

const PART = 5 * 1024 * 1024;
/** Four whole parts and a bit. */
const BYTES = randomBytes(4 * PART + 77);
const SHA256 = sha256Of(BYTES);
/** The connection is cut before the store hears of the request. */
const CUT: Fault = { request: 'reset', at: 0 };

let folder: string;
let cloud: LocalCloud;
let admin: S3Client;
let proxy: FaultProxy;
let bytesSent: number;
let journal: FileUploadJournal;
let backend: S3Backend;
let key: ObjectKey;
let faultOf: (request: string) => Fault;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-core-resume-'));
  cloud = await startLocalCloud({ directory: join(folder, 'cloud') });
  const { endpoint, region, admin: credentials } = cloud;
  admin = new S3Client({ endpoint, region, credentials: { ...credentials }, forcePathStyle: true });
});

afterAll(async () => {
  admin.destroy();
  await cloud.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  key = parseObjectKey(`resume/${randomUUID()}`);
  faultOf = () => undefined;
  bytesSent = 0;
  proxy = await startFaultProxy(cloud.endpoint, (request, { headers }) => {
    if (request.includes('partNumber=')) bytesSent += Number(headers['content-length']);
    return faultOf(request);
  });
  journal = new FileUploadJournal(join(folder, randomUUID()));
  backend = backendWith({});
});

afterEach(async () => {
  backend.close();
  await proxy.close();
});

/** A backend as another run of the same program would open it. */
function backendWith(settings: S3Settings): S3Backend {
  const { bucket, region, admin: credentials } = cloud;
  return new S3Backend({
    bucket,
    region,
    endpoint: proxy.endpoint,
    credentials: async () => credentials,
    partSize: PART,
    partsAtOnce: 1,
    maxAttempts: 2,
    uploadJournal: journal,
    ...settings,
  });
}

function put(options: Partial<PutOptions> = {}, bytes = BYTES) {
  return backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes), ...options });
}

async function openUploads(): Promise<string[]> {
  const command = new ListMultipartUploadsCommand({ Bucket: cloud.bucket, Prefix: key });
  return ((await admin.send(command)).Uploads ?? []).map(({ UploadId = '' }) => UploadId);
}

/** A put that is cut off from the store at its third part, for good. */
async function interruptedPut(): Promise<void> {
  faultOf = (request) => (/partNumber=[345]/.test(request) ? CUT : undefined);
  await expect(put()).rejects.toMatchObject({ code: 'Unavailable' });
  faultOf = () => undefined;
  proxy.seen.length = 0;
  bytesSent = 0;
}

function sentParts(): string[] {
  return proxy.seen.flatMap((line) => /^PUT .*partNumber=(\d+)/.exec(line)?.[1] ?? []);
}

async function expectStored(bytes = BYTES): Promise<void> {
  expect(bytes.equals(await readAll((await backend.get(key)).body))).toBe(true);
  expect(await openUploads()).toEqual([]);
  expect(await journal.load(key)).toBeUndefined();
}

describe('the same put after one that was cut off', { timeout: 60_000 }, () => {
  it('sends only the parts that the store lacks', async () => {
    await interruptedPut();
    const [uploadId] = await openUploads();
    expect(await journal.load(key)).toMatchObject({ uploadId, partSize: PART, sha256: SHA256 });
    backend = backendWith({});
    await put();
    expect(sentParts()).toEqual(['3', '4', '5']);
    expect(bytesSent).toBe(BYTES.length - 2 * PART);
    expect(proxy.seen.filter((line) => /\?uploads/.test(line))).toEqual([]);
    await expectStored();
  });

  it('goes on after an abort', async () => {
    const controller = new AbortController();
    faultOf = (request) => {
      if (/partNumber=4/.test(request)) controller.abort();
      return undefined;
    };
    const aborted = put({ signal: controller.signal });
    await expect(aborted).rejects.toMatchObject({ code: 'Aborted' });
    expect(await openUploads()).toHaveLength(1);
    faultOf = () => undefined;
    proxy.seen.length = 0;
    await put();
    expect(sentParts()).toEqual(expect.arrayContaining(['5']));
    expect(sentParts()).not.toEqual(expect.arrayContaining(['1']));
    await expectStored();
  });

  it('counts what is there as sent', async () => {
    await interruptedPut();
    const seen: PutProgress[] = [];
    await put({ onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).toEqual({ key, bytesSent: PART, bytesTotal: BYTES.length });
    expect(seen.at(-1)?.bytesSent).toBe(BYTES.length);
  });

  it('keeps to the part size that the upload began with', async () => {
    await interruptedPut();
    backend = backendWith({ partSize: 2 * PART });
    await put();
    expect(sentParts()).toEqual(['3', '4', '5']);
    await expectStored();
  });

  it('sends a part again that the store has with other bytes', async () => {
    await interruptedPut();
    const [UploadId] = await openUploads();
    const Body = randomBytes(PART);
    const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64');
    const part = { Bucket: cloud.bucket, Key: key, UploadId, PartNumber: 2, Body, ChecksumSHA256 };
    await admin.send(new UploadPartCommand(part));
    await put();
    expect(sentParts()).toEqual(['2', '3', '4', '5']);
    await expectStored();
  });

  it('compares by MD5 where the store keeps no checksum', async () => {
    const settings = { checksumMode: 'when-required', verifyAfterPut: 'trust-store' } as const;
    backend = backendWith(settings);
    await interruptedPut();
    const [UploadId] = await openUploads();
    const Body = randomBytes(PART);
    const part = { Bucket: cloud.bucket, Key: key, UploadId, PartNumber: 1, Body };
    await admin.send(new UploadPartCommand(part));
    backend = backendWith(settings);
    await put();
    expect(sentParts()).toEqual(['1', '3', '4', '5']);
    await expectStored();
  });

  it('begins anew where the upload is gone', async () => {
    await interruptedPut();
    const other = backendWith({});
    expect(await other.sweepUploads({ olderThanDays: -1 })).toMatchObject({ removed: [key] });
    await journal.save(key, {
      uploadId: 'long-gone',
      size: BYTES.length,
      partSize: PART,
      sha256: SHA256,
      startedAt: new Date(),
    });
    await put();
    expect(sentParts()).toEqual(['1', '2', '3', '4', '5']);
    await expectStored();
  });

  it('begins anew where the upload is ended under its hands', async () => {
    let ended = false;
    faultOf = (request) => {
      if (ended || !/partNumber=3/.test(request)) return undefined;
      ended = true;
      return { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' };
    };
    await put();
    expect(sentParts()).toEqual(['1', '2', '3', '1', '2', '3', '4', '5']);
    expect((await backend.head(key)).sha256).toBe(SHA256);
  });

  it('of other bytes frees the upload of the first', async () => {
    await interruptedPut();
    const other = randomBytes(PART + 1);
    await put({}, other);
    await expectStored(other);
  });

  it('has nothing to do where the key is taken by now', async () => {
    await interruptedPut();
    const direct = new S3Backend({
      bucket: cloud.bucket,
      region: cloud.region,
      endpoint: cloud.endpoint,
      credentials: async () => cloud.admin,
    });
    await direct.put(key, bytesSource(BYTES), { sha256: SHA256 });
    direct.close();
    await expect(put()).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(sentParts()).toEqual([]);
    expect(await backend.sweepUploads()).toMatchObject({ removed: [key] });
    await expectStored();
  });
});

describe('an upload that no restart can repair', { timeout: 60_000 }, () => {
  it.each([
    [
      'refused',
      { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' },
      'PermissionDenied',
    ],
    [
      'of a size that is too large',
      { status: 400, body: '<Error><Code>EntityTooLarge</Code></Error>' },
      'TooLarge',
    ],
  ] as const)('since a part is %s is freed and forgotten', async (_, fault, code) => {
    faultOf = (request) => (/partNumber=3/.test(request) ? fault : undefined);
    await expect(put()).rejects.toMatchObject({ code });
    expect(await openUploads()).toEqual([]);
    expect(await journal.load(key)).toBeUndefined();
  });

  it('since its bytes are wrong is freed and forgotten', async () => {
    const wrong = put({ sha256: sha256Of(Buffer.from('other')) });
    await expect(wrong).rejects.toMatchObject({ code: 'ChecksumMismatch' });
    expect(await openUploads()).toEqual([]);
    expect(await journal.load(key)).toBeUndefined();
  });

  it('stays in the journal where it could not be freed, for a sweep', async () => {
    const denied = { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
    faultOf = (request) => (/partNumber=3|^DELETE/.test(request) ? denied : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(await openUploads()).toHaveLength(1);
    expect(await backend.sweepUploads({ olderThanDays: -1 })).toMatchObject({ failed: [key] });
    faultOf = () => undefined;
    expect(await backend.sweepUploads()).toMatchObject({ kept: [key] });
    expect(await backend.sweepUploads({ olderThanDays: -1 })).toMatchObject({ removed: [key] });
    expect(await openUploads()).toEqual([]);
  });
});

describe('a journal that fails', { timeout: 60_000 }, () => {
  it('fails the put as its own error, and leaves no upload that nobody remembers', async () => {
    await writeFile(join(folder, 'a-file'), '');
    journal = new FileUploadJournal(join(folder, 'a-file', 'uploads'));
    backend = backendWith({});
    const failed = { code: 'Unknown', message: expect.stringContaining('upload journal failed') };
    await expect(put()).rejects.toMatchObject(failed);
    expect(await openUploads()).toEqual([]);
    await expect(backend.sweepUploads()).rejects.toMatchObject(failed);
  });
});

describe('without a journal', { timeout: 60_000 }, () => {
  it('every failure frees the upload', async () => {
    backend = backendWith({ uploadJournal: undefined });
    faultOf = (request) => (/partNumber=[345]/.test(request) ? CUT : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'Unavailable' });
    expect(await openUploads()).toEqual([]);
    expect(await backend.sweepUploads()).toEqual({ removed: [], kept: [], failed: [] });
  });
});

describe('two puts of one key at the same time', { timeout: 60_000 }, () => {
  it('do not take each other’s upload from the journal', async () => {
    const other = randomBytes(2 * PART);
    const outcomes = await Promise.allSettled([put(), put({}, other)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'AlreadyExists' });
    expect(await openUploads()).toEqual([]);
    expect(await journal.load(key)).toBeUndefined();
  });
});

it('a part that fails is sent again from memory, its source read no further', async () => {
  let failedOnce = false;
  faultOf = (request) => {
    if (failedOnce || !/partNumber=1/.test(request)) return undefined;
    failedOnce = true;
    return 'lose';
  };
  await put();
  expect(sentParts()).toEqual(['1', '1', '2', '3', '4', '5']);
  expect(bytesSent).toBe(BYTES.length + PART);
  await expectStored();
}, 60_000);
