import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startLocalCloud } from '@data-universe/local-cloud';
import { S3Backend, type S3Settings } from '@data-universe/s3-core';
import {
  type ByteSource,
  bytesSource,
  isStorageError,
  type ObjectKey,
  parseObjectKey,
  type StorageError,
} from '@data-universe/storage-core';
import { expect } from 'vitest';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import type { NamedFault } from './faults.ts';

export const MEBIBYTE = 1024 * 1024;
/** Where a test stalls: it waits that long for each attempt, and a busy machine must not seem to. */
const STALLED: S3Settings = { idleTimeoutMs: 1_000 };

/** Silence is waited for where there is some; anywhere else it would be the machine that is slow. */
export function patience({ fault }: NamedFault): S3Settings {
  const stalls =
    typeof fault === 'object' &&
    (('answer' in fault && fault.answer === 'stall') ||
      ('request' in fault && fault.request === 'stall'));
  return stalls ? STALLED : {};
}

/** A backend that reaches the local cloud through faults, and the cloud as its owner sees it. */
export interface Stage {
  readonly proxy: FaultProxy;
  readonly backend: S3Backend;
  /** How often credentials were asked for anew. */
  readonly refreshes: () => number;
  faultOf: (request: string) => Fault;
  /** A backend of its own, its faults those of the stage. */
  open(settings: S3Settings): S3Backend;
  /** Of the object, straight from the cloud; undefined where there is none. */
  stored(key: ObjectKey): Promise<Buffer | undefined>;
  /** Makes an empty object of each key. */
  fill(keys: readonly string[]): Promise<void>;
  /** Keys of the uploads in parts that the cloud holds open. */
  openUploads(prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openStage(settings: S3Settings = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 's3-core-faults-'));
  const cloud = await startLocalCloud({ directory });
  const { bucket, region, admin } = cloud;
  let refreshes = 0;
  const proxy = await startFaultProxy(cloud.endpoint, (request) => stage.faultOf(request));
  const open = (more: S3Settings) =>
    new S3Backend({
      bucket,
      region,
      endpoint: proxy.endpoint,
      credentials: async ({ forceRefresh }) => {
        refreshes += forceRefresh ? 1 : 0;
        return admin;
      },
      partSize: 5 * MEBIBYTE,
      partsAtOnce: 2,
      idleTimeoutMs: 20_000,
      callTimeoutMs: 60_000,
      maxAttempts: 3,
      ...more,
    });
  const owner = new S3Client({
    endpoint: cloud.endpoint,
    region,
    credentials: { ...admin },
    forcePathStyle: true,
  });
  const stage: Stage = {
    proxy,
    backend: open(settings),
    refreshes: () => refreshes,
    faultOf: () => undefined,
    open,
    stored: async (key) => {
      try {
        const { Body } = await owner.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body && Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    fill: async (keys) => {
      for (let at = 0; at < keys.length; at += 20)
        await Promise.all(
          keys
            .slice(at, at + 20)
            .map((Key) =>
              owner.send(new PutObjectCommand({ Bucket: bucket, Key, Body: new Uint8Array() })),
            ),
        );
    },
    openUploads: async (prefix) => {
      const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix });
      const { Uploads = [] } = await owner.send(command);
      return Uploads.map(({ Key = '' }) => Key);
    },
    close: async () => {
      stage.backend.close();
      owner.destroy();
      await proxy.close();
      await cloud.close();
      await rm(directory, { recursive: true });
    },
  };
  return stage;
}

/** A fault of the first request that matches, or of every one. */
export function faultAt(pattern: RegExp, fault: Fault, often: 'once' | 'always') {
  let due = true;
  return (request: string): Fault => {
    if (!due || !pattern.test(request)) return undefined;
    due = often === 'always';
    return fault;
  };
}

/** Rows of a table, titled by their names. */
export function byName<T extends { readonly name: string }>(rows: readonly T[]): [string, T][] {
  return rows.map((row) => [row.name, row]);
}

export function newKey(): ObjectKey {
  return parseObjectKey(`faults/${randomUUID()}`);
}

/** Bytes that no other test has, and whether a reading of them was begun and not ended. */
export function watchedSource(size: number) {
  const bytes = randomBytes(size);
  const inner = bytesSource(bytes);
  let open = 0;
  const source: ByteSource = {
    size,
    async *stream(range) {
      open += 1;
      try {
        // In pieces, as a file is read.
        for await (const chunk of inner.stream(range))
          for (let at = 0; at < chunk.byteLength; at += 65_536)
            yield chunk.subarray(at, at + 65_536);
      } finally {
        open -= 1;
      }
    },
  };
  return { bytes, source, openReadings: () => open };
}

export type Outcome<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly error: StorageError };

/** The result or the StorageError; anything else thrown fails the test. */
export async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (!isStorageError(error)) throw error;
    return { error };
  }
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

/** Runs what may leak, and waits until it has no connection, nor any timer that was not there before. */
export async function withoutLeaks<T>(
  { proxy, open }: Stage,
  settings: S3Settings,
  run: (backend: S3Backend) => Promise<T>,
): Promise<T> {
  const before = timers();
  const backend = open(settings);
  const leaks = async () => [
    ...((await proxy.connections()) > 0 ? ['connections'] : []),
    ...(timers() > before ? ['timers'] : []),
  ];
  let result: T;
  try {
    result = await run(backend);
  } finally {
    backend.close();
  }
  const deadline = performance.now() + 10_000;
  let left = await leaks();
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(20);
    left = await leaks();
  }
  expect(left).toEqual([]);
  return result;
}
