import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Task } from '../measure/task.ts';
import { fileIn, OBJECT_KEY, rangesOf, readPlace, sdkClient } from './place.ts';

/** One PutObject of a file, its SHA-256 known: it is the store alone that computes it. */
export const sdkPut: Task = async ({ prepared, units }) => {
  const place = await readPlace(prepared);
  return async () => {
    const client = sdkClient(place);
    await client.send(
      new PutObjectCommand({
        Bucket: place.bucket,
        Key: `bench/${randomUUID()}`,
        Body: createReadStream(fileIn(prepared)),
        ContentLength: place.bytes,
        ChecksumSHA256: Buffer.from(place.sha256, 'hex').toString('base64'),
      }),
    );
    client.destroy();
    return { units, bytes: place.bytes };
  };
};

export const sdkRead: Task = async ({ prepared, units }) => {
  const place = await readPlace(prepared);
  return async () => {
    const client = sdkClient(place);
    let read = 0;
    for (const { start, end } of rangesOf(place)) {
      const Range = `bytes=${start}-${end - 1}`;
      const command = new GetObjectCommand({ Bucket: place.bucket, Key: OBJECT_KEY, Range });
      const { Body } = await client.send(command);
      if (!(Body instanceof Readable)) throw new Error('the answer has no body');
      for await (const chunk of Body) read += chunk.length;
    }
    client.destroy();
    if (read !== place.bytes) throw new Error(`read ${read} of ${place.bytes} bytes`);
    return { units, bytes: read };
  };
};
