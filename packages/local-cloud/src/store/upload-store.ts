import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { attributesSchema, CHECKSUM_ALGORITHMS, type StoredChecksum } from './attributes.ts';
import type { BlobStore } from './blobs.ts';

const uploadAttributesSchema = z.strictObject({
  object: attributesSchema,
  algorithm: z.enum(CHECKSUM_ALGORITHMS).optional(),
  type: z.enum(['FULL_OBJECT', 'COMPOSITE']).optional(),
});

/** What CreateMultipartUpload asked for. */
export type UploadAttributes = z.infer<typeof uploadAttributesSchema>;

export interface Upload {
  readonly id: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly initiated: number;
  /** ARN of who began it. */
  readonly initiator: string;
  readonly attributes: UploadAttributes;
}

const partAttributesSchema = z.strictObject({
  checksum: attributesSchema.shape.checksum,
});

export interface Part {
  readonly number: number;
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly checksum?: StoredChecksum;
}

interface UploadRow {
  readonly id: string;
  readonly key: Buffer;
  readonly initiated: number;
  readonly initiator: string;
  readonly attributes: string;
}

interface PartRow extends Omit<Part, 'checksum'> {
  readonly attributes: string;
}

/** Multipart uploads in progress and their parts. */
export class UploadStore {
  readonly #database: Database.Database;
  readonly #blobs: BlobStore;
  readonly #sealed = new Set<string>();

  constructor(database: Database.Database, blobs: BlobStore) {
    this.#database = database;
    this.#blobs = blobs;
  }

  create(bucket: string, upload: Omit<Upload, 'id'>): string {
    const id = randomBytes(24).toString('base64url');
    this.#database
      .prepare(
        'INSERT INTO uploads (id, bucket, key, initiated, initiator, attributes) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(
        id,
        bucket,
        Buffer.from(upload.key, 'utf8'),
        upload.initiated,
        upload.initiator,
        JSON.stringify(upload.attributes),
      );
    return id;
  }

  /** The upload, where the id belongs to this very bucket and key. */
  find(bucket: string, key: string, id: string): Upload | undefined {
    const row = this.#database
      .prepare<[string, string, Buffer], UploadRow>(
        'SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?',
      )
      .get(id, bucket, Buffer.from(key, 'utf8'));
    return row === undefined ? undefined : toUpload(row);
  }

  /** Every upload of a bucket under a prefix, by key and then by age. */
  list(bucket: string, prefix: string): Upload[] {
    return this.#database
      .prepare<[string], UploadRow>(
        'SELECT * FROM uploads WHERE bucket = ? ORDER BY key, initiated, id',
      )
      .all(bucket)
      .map(toUpload)
      .filter((upload) => upload.key.startsWith(prefix));
  }

  /** Adds or replaces a part. False, and the blob removed, where the upload has ended meanwhile. */
  async addPart(uploadId: string, part: Part): Promise<boolean> {
    const outcome = this.#database.transaction(() => {
      if (this.isSealed(uploadId)) return { added: false, unused: part.blob };
      const open = this.#database.prepare('SELECT 1 FROM uploads WHERE id = ?').get(uploadId);
      if (open === undefined) return { added: false, unused: part.blob };
      const replaced = this.#database
        .prepare<[string, number], { blob: string }>(
          'SELECT blob FROM parts WHERE upload = ? AND number = ?',
        )
        .get(uploadId, part.number);
      this.#database
        .prepare(
          `INSERT OR REPLACE INTO parts (upload, number, blob, size, etag, modified, attributes)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          uploadId,
          part.number,
          part.blob,
          part.size,
          part.etag,
          part.modified,
          JSON.stringify({ checksum: part.checksum }),
        );
      return { added: true, unused: replaced?.blob };
    })();
    if (outcome.unused !== undefined) await this.#blobs.remove(outcome.unused);
    return outcome.added;
  }

  parts(uploadId: string): Part[] {
    return this.#database
      .prepare<[string], PartRow>('SELECT * FROM parts WHERE upload = ? ORDER BY number')
      .all(uploadId)
      .map(toPart);
  }

  /** Ends an upload and removes its parts. */
  async remove(uploadId: string): Promise<void> {
    const blobs = this.#database.transaction(() => this.removeRows(uploadId))();
    for (const blob of blobs) await this.#blobs.remove(blob);
  }

  /** Forgets an upload within the caller's transaction; returns the blobs of its parts, to be removed after it. */
  removeRows(uploadId: string): string[] {
    const rows = this.#database
      .prepare<[string], { blob: string }>('DELETE FROM parts WHERE upload = ? RETURNING blob')
      .all(uploadId);
    this.#database.prepare('DELETE FROM uploads WHERE id = ?').run(uploadId);
    return rows.map((row) => row.blob);
  }

  /**
   * Runs the completion of an upload, whose parts must hold still meanwhile. Undefined where another completion is
   * running already.
   */
  async whileSealed<T>(uploadId: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#sealed.has(uploadId)) return undefined;
    this.#sealed.add(uploadId);
    try {
      return await work();
    } finally {
      this.#sealed.delete(uploadId);
    }
  }

  isSealed(uploadId: string): boolean {
    return this.#sealed.has(uploadId);
  }
}

function toUpload(row: UploadRow): Upload {
  return {
    id: row.id,
    key: row.key.toString('utf8'),
    initiated: row.initiated,
    initiator: row.initiator,
    attributes: uploadAttributesSchema.parse(JSON.parse(row.attributes)),
  };
}

function toPart({ attributes, ...row }: PartRow): Part {
  const { checksum } = partAttributesSchema.parse(JSON.parse(attributes));
  return {
    number: row.number,
    blob: row.blob,
    size: row.size,
    etag: row.etag,
    modified: row.modified,
    ...(checksum === undefined ? {} : { checksum }),
  };
}
