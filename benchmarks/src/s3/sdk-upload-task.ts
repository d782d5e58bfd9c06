import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Upload } from '@aws-sdk/lib-storage';
import type { Task } from '../measure/task.ts';
import { fileIn, readPlace, sdkClient } from './place.ts';

/** As S3Backend has them by default. */
const PARTS = { partSize: 8 * 1024 * 1024, queueSize: 4 };

/** The SDK's own uploader in parts, each with its SHA-256, which the store compares. */
export const sdkUpload: Task = async ({ prepared, units }) => {
  const place = await readPlace(prepared);
  return async () => {
    const client = sdkClient(place);
    const upload = new Upload({
      client,
      params: {
        Bucket: place.bucket,
        Key: `bench/${randomUUID()}`,
        Body: createReadStream(fileIn(prepared)),
        ChecksumAlgorithm: 'SHA256',
      },
      ...PARTS,
    });
    await upload.done();
    client.destroy();
    return { units, bytes: place.bytes };
  };
};
