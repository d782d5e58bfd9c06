import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { isSha256, type Sha256 } from '@data-universe/storage-core';
import { z } from 'zod';

/** What the tasks work on: a file, the servers that take it, and an object with the same bytes. */
const placeSchema = z.strictObject({
  /** Of the local cloud. */
  endpoint: z.string(),
  region: z.string(),
  bucket: z.string(),
  admin: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  /** URL of a server that reads a body and keeps nothing. */
  sink: z.string(),
  bytes: z.int(),
  sha256: z.string().refine((text): text is Sha256 => isSha256(text)),
});
export type Place = z.infer<typeof placeSchema>;

export const OBJECT_KEY = 'bench/object';

export const fileIn = (prepared: string): string => join(prepared, 'file');

const placeIn = (prepared: string) => join(prepared, 'place.json');

export function writePlace(prepared: string, place: Place): Promise<void> {
  return writeFile(placeIn(prepared), JSON.stringify(place));
}

export async function readPlace(prepared: string): Promise<Place> {
  return placeSchema.parse(JSON.parse(await readFile(placeIn(prepared), 'utf8')));
}

export function sdkClient({ endpoint, region, admin }: Place): S3Client {
  return new S3Client({ endpoint, region, credentials: admin, forcePathStyle: true });
}

/** Ranges of 16 MiB that cover the object, the end exclusive. */
export function rangesOf({ bytes }: Place): { readonly start: number; readonly end: number }[] {
  const size = 16 * 1024 * 1024;
  return Array.from({ length: Math.ceil(bytes / size) }, (_, n) => ({
    start: n * size,
    end: Math.min(bytes, (n + 1) * size),
  }));
}
