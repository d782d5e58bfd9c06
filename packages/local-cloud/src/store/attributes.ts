import { z } from 'zod';

export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

const checksumSchema = z.strictObject({
  algorithm: z.enum(CHECKSUM_ALGORITHMS),
  /** Base64; with `-N` behind it for a composite of N parts. */
  value: z.string(),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
});

export type StoredChecksum = z.infer<typeof checksumSchema>;

/** What a client said about an object besides its bytes. */
export const attributesSchema = z.strictObject({
  /** content-type, content-encoding and their like, as they are sent back. */
  headers: z.record(z.string(), z.string()),
  /** x-amz-meta-*, without that prefix, names in lower case. */
  metadata: z.record(z.string(), z.string()),
  checksum: checksumSchema.optional(),
});

export type ObjectAttributes = z.infer<typeof attributesSchema>;
