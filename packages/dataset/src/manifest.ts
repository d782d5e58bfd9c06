import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { isSha256, type Sha256 } from '@data-universe/storage-core';
import { z } from 'zod';
import { parseDataFileName } from './layout.ts';
import { SOURCE_NAMES } from './source.ts';

/** First line of the signed bytes of a manifest. */
export const MANIFEST_DOMAIN = 'data-universe-storage/manifest/v1';

const sha256 = z.string().refine((text): text is Sha256 => isSha256(text), 'not a SHA-256 in hex');
const count = z.int().min(0);
const fileName = z
  .string()
  .max(128)
  .refine((name) => parseDataFileName(name) !== undefined, 'not the name of a data file');

/** `[start, end)` row numbers of a file, ascending and apart. */
const rowRanges = z.array(z.tuple([count, count]));

/** One data file, as it was when added. */
export const manifestFileSchema = z.strictObject({
  name: fileName,
  /** Bytes. */
  size: count,
  sha256,
  rows: count,
  /** Time of the rows, Unix seconds, `[start, end)`. */
  time_start: z.int(),
  time_end: z.int(),
  /** Time buckets (hours) of the rows, `[start, end)`. */
  bucket_start: z.int(),
  bucket_end: z.int(),
  /** Bytes a block; the last one is shorter. */
  block_size: z.int().min(4096).max(16_777_216),
  /** SHA-256 of the block list object: 32 bytes for each block of the file. */
  block_list: sha256,
});
export type ManifestFile = z.infer<typeof manifestFileSchema>;

/** Rows of a file that are no longer part of the dataset: replaced or deleted since. */
const maskSchema = z.strictObject({ name: fileName, rows: rowRanges.min(1) });
export type RowMask = z.infer<typeof maskSchema>;

/** One commit of a dataset. The dataset is what the chain of commits adds up to. */
export const unsignedManifestSchema = z.strictObject({
  version: z.literal(1),
  network: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  netuid: z.int().min(0).max(65_535),
  hotkey: hotkeySchema,
  source: z.enum(SOURCE_NAMES),
  profile: z.enum(['raw', 'encoded']),
  sequence: z.int().min(1).max(9_999_999_999),
  /** SHA-256 of the whole object of sequence - 1; null for the first. */
  previous: sha256.nullable(),
  /** Unix seconds. */
  created_at: z.int().min(0),
  added: z.array(manifestFileSchema),
  removed: z.array(fileName),
  /** Rows newly left out of files that stay; adds to earlier masks. */
  masked: z.array(maskSchema),
  /** The whole dataset after this commit, in checkpoints; null in deltas. */
  checkpoint: z
    .strictObject({ files: z.array(manifestFileSchema), masked: z.array(maskSchema) })
    .nullable(),
  /** After this commit; rows are those that count. */
  totals: z.strictObject({ files: count, rows: count, bytes: count }),
});
export type UnsignedManifest = z.infer<typeof unsignedManifestSchema>;

export const manifestSchema = unsignedManifestSchema.extend({
  /** sr25519 by `hotkey`, hex. */
  signature: z.string().regex(/^0x[0-9a-f]{128}$/),
});
export type Manifest = z.infer<typeof manifestSchema>;
