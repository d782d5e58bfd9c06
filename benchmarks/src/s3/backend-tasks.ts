import { randomUUID } from 'node:crypto';
import { S3Backend } from '@data-universe/s3-core';
import { fileSource, parseObjectKey } from '@data-universe/storage-core';
import type { Task } from '../measure/task.ts';
import { fileIn, OBJECT_KEY, type Place, rangesOf, readPlace } from './place.ts';

const backendOf = ({ endpoint, region, bucket, admin }: Place) =>
  new S3Backend({ endpoint, region, bucket, credentials: async () => admin });

/** As it is used: verified while it streams, create-only, the store's SHA-256 compared. */
export const backendPut: Task = async ({ prepared, units }) => {
  const place = await readPlace(prepared);
  return async () => {
    const backend = backendOf(place);
    const key = parseObjectKey(`bench/${randomUUID()}`);
    await backend.put(key, await fileSource(fileIn(prepared)), { sha256: place.sha256 });
    backend.close();
    return { units, bytes: place.bytes };
  };
};

export const backendRead: Task = async ({ prepared, units }) => {
  const place = await readPlace(prepared);
  return async () => {
    const backend = backendOf(place);
    let read = 0;
    for (const range of rangesOf(place)) {
      const { body } = await backend.get(parseObjectKey(OBJECT_KEY), { range });
      for await (const chunk of body) read += chunk.byteLength;
    }
    backend.close();
    if (read !== place.bytes) throw new Error(`read ${read} of ${place.bytes} bytes`);
    return { units, bytes: read };
  };
};
