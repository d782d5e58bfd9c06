import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startLocalCloud } from '@data-universe/local-cloud';
import { S3Backend } from '@data-universe/s3-core';
import {
  type ByteSource,
  bytesSource,
  isStorageError,
  type ObjectKey,
  type PutOptions,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';

const MEBIBYTE = 1024 * 1024;
const BYTES = randomBytes(33 * MEBIBYTE + 7);
const SHA256 = sha256Of(BYTES);

let directory: string;
let cloud: LocalCloud;
let proxy: FaultProxy;
let backend: S3Backend;
let key: ObjectKey;
let faultOf: (request: string) => Fault;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-core-multipart-'));
  cloud = await startLocalCloud({ directory });
  proxy = await startFaultProxy(cloud.endpoint, (request) => faultOf(request));
  const { bucket, region, admin } = cloud;
  const { endpoint } = proxy;
  backend = new S3Backend({ bucket, region, endpoint, credentials: async () => admin });
});

afterAll(async () => {
  backend.close();
  await proxy.close();
  await cloud.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  key = parseObjectKey(`large/${randomUUID()}`);
  faultOf = () => undefined;
});

afterEach(() => {
  proxy.seen.length = 0;
});

function put(options: Partial<PutOptions> = {}, source: ByteSource = bytesSource(BYTES)) {
  return backend.put(key, source, { sha256: SHA256, ...options });
}

function seen(pattern: RegExp): string[] {
  return proxy.seen.filter((request) => pattern.test(request));
}

async function leavesNothing(): Promise<void> {
  faultOf = () => undefined;
  await expect(backend.head(key)).rejects.toMatchObject({ code: 'NotFound' });
  const begun = seen(/^POST .*\?uploads/).length;
  expect(seen(/^DELETE .*uploadId=/)).toHaveLength(begun);
}

/** A fault for the first request that matches, and none after it. */
function once(pattern: RegExp, fault: Fault): (request: string) => Fault {
  let due = true;
  return (request) => {
    if (!due || !pattern.test(request)) return undefined;
    due = false;
    return fault;
  };
}

const PART_2 = /^PUT .*partNumber=2/;
const COMPLETE = /^POST .*\?uploadId=/;
const DENIED = { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
const BROKEN = { status: 500, body: '<Error><Code>InternalError</Code></Error>' };

describe('a put of many mebibytes', { timeout: 60_000 }, () => {
  it('goes up in parts and comes back whole, with the hash of the whole', async () => {
    const receipt = await put();
    expect(seen(/^PUT .*partNumber=/)).toHaveLength(5);
    expect(receipt).toMatchObject({ size: BYTES.length, sha256: SHA256 });
    expect(await backend.head(key)).toEqual(receipt);
    const whole = await readAll((await backend.get(key)).body);
    expect(sha256Of(whole)).toBe(SHA256);
  });

  it('reads its source once', async () => {
    let readings = 0;
    const { size, stream } = bytesSource(BYTES);
    const counted: ByteSource = {
      size,
      stream(range) {
        readings += 1;
        return stream(range);
      },
    };
    await put({}, counted);
    expect(readings).toBe(1);
  });

  it('never completes a body whose hash is wrong', async () => {
    const refused = put({ sha256: sha256Of(Buffer.from('other')) });
    await expect(refused).rejects.toMatchObject({ code: 'ChecksumMismatch' });
    expect(seen(COMPLETE)).toEqual([]);
    await leavesNothing();
  });

  it('repeats a part that failed, and no other', async () => {
    faultOf = once(PART_2, BROKEN);
    await put();
    expect(seen(/^PUT .*partNumber=/)).toHaveLength(6);
    expect(seen(PART_2)).toHaveLength(2);
  });

  it('leaves nothing when a part is refused', async () => {
    faultOf = once(PART_2, DENIED);
    await expect(put()).rejects.toMatchObject({ code: 'PermissionDenied' });
    await leavesNothing();
  });

  it('leaves nothing when it is aborted between its parts', async () => {
    const controller = new AbortController();
    faultOf = (request) => {
      if (PART_2.test(request)) controller.abort();
      return undefined;
    };
    await expect(put({ signal: controller.signal })).rejects.toMatchObject({ code: 'Aborted' });
    await leavesNothing();
  });

  it('has succeeded when only the answer to its completion was lost', async () => {
    faultOf = once(COMPLETE, 'lose');
    expect(await put()).toMatchObject({ size: BYTES.length, sha256: SHA256 });
    expect(seen(COMPLETE).length).toBeGreaterThan(1);
  });

  it('takes the hash for proof where the store completes it without an ETag', async () => {
    faultOf = once(COMPLETE, { drop: /<ETag>.*<\/ETag>/ });
    expect(await put()).toEqual(await backend.head(key));
  });

  it('does not send what is there already', async () => {
    await put();
    proxy.seen.length = 0;
    await expect(put()).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(seen(/^(?:PUT|POST)/)).toEqual([]);
  });

  it('lets one of several racing writers win', async () => {
    const outcomes = await Promise.allSettled([put(), put(), put()]);
    const lost = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as unknown] : []));
    expect(lost).toHaveLength(2);
    for (const reason of lost) expect(isStorageError(reason, 'AlreadyExists')).toBe(true);
  });

  it('replaces an object when asked to', async () => {
    const first = await put();
    const other = Buffer.concat([BYTES, Buffer.from('more')]);
    const sha256 = sha256Of(other);
    const second = await put({ sha256, ifExists: 'replace' }, bytesSource(other));
    expect(second.version).not.toBe(first.version);
    expect((await backend.head(key)).sha256).toBe(sha256);
  });
});
