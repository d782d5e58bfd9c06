import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type Database from 'better-sqlite3';
import { attributesSchema, type ObjectAttributes } from './attributes.ts';
import { BlobStore } from './blobs.ts';
import { openDatabase } from './database.ts';
import { JoinedBlobs, type Piece } from './joined-blobs.ts';
import { type Listing, type ListingRequest, listObjects } from './listing.ts';
import { UploadStore } from './upload-store.ts';

export interface StoredObject {
  readonly key: string;
  readonly blob: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly attributes: ObjectAttributes;
}

interface ObjectRow {
  readonly key: Buffer;
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly attributes: string;
}

/** The upload that an object is assembled from, and its parts where they are joined instead of copied. */
export interface AssembledFrom {
  readonly uploadId: string;
  readonly pieces?: readonly Piece[] | undefined;
}

/** Looks at the object that stands under a key at the instant of the write; throws to refuse the write. */
export type WriteGuard = (current: StoredObject | undefined) => void;

/** Buckets and objects of one directory: an SQLite index over blobs. Writes are atomic against each other and a kill. */
export class ObjectStore {
  readonly blobs: BlobStore;
  readonly uploads: UploadStore;
  readonly #database: Database.Database;
  readonly #joined: JoinedBlobs;

  private constructor(database: Database.Database, blobs: BlobStore) {
    this.#database = database;
    this.blobs = blobs;
    this.uploads = new UploadStore(database, blobs);
    this.#joined = new JoinedBlobs(database, blobs);
  }

  static async open(directory: string): Promise<ObjectStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const database = openDatabase(directory);
    try {
      const referenced = database
        .prepare<[], { blob: string }>(
          'SELECT blob FROM objects UNION ALL SELECT blob FROM parts UNION ALL SELECT piece FROM joined_blobs',
        )
        .all();
      const blobs = await BlobStore.open(directory, new Set(referenced.map((row) => row.blob)));
      return new ObjectStore(database, blobs);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  /** False where the bucket was there already. */
  createBucket(name: string, now: number): boolean {
    return (
      this.#database
        .prepare('INSERT INTO buckets (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(name, now).changes > 0
    );
  }

  hasBucket(name: string): boolean {
    return this.#database.prepare('SELECT 1 FROM buckets WHERE name = ?').get(name) !== undefined;
  }

  buckets(): Array<{ name: string; created: number }> {
    return this.#database
      .prepare<[], { name: string; created: number }>('SELECT * FROM buckets ORDER BY name')
      .all();
  }

  /** False where the bucket still holds objects or uploads. */
  deleteBucket(name: string): boolean {
    return this.#database.transaction(() => {
      const inUse = this.#database
        .prepare(
          'SELECT 1 FROM objects WHERE bucket = ? UNION ALL SELECT 1 FROM uploads WHERE bucket = ?',
        )
        .get(name, name);
      if (inUse !== undefined) return false;
      this.#database.prepare('DELETE FROM buckets WHERE name = ?').run(name);
      return true;
    })();
  }

  find(bucket: string, key: string): StoredObject | undefined {
    const row = this.#database
      .prepare<[string, Buffer], ObjectRow>('SELECT * FROM objects WHERE bucket = ? AND key = ?')
      .get(bucket, Buffer.from(key, 'utf8'));
    return row === undefined ? undefined : toObject(row);
  }

  list(bucket: string, request: ListingRequest): Listing<StoredObject> {
    const statement = this.#database.prepare<[string, Buffer], ObjectRow>(
      'SELECT * FROM objects WHERE bucket = ? AND key >= ? ORDER BY key',
    );
    return listObjects(request, (from) => statement.iterate(bucket, from), toObject);
  }

  /** A stream of bytes [start, endExclusive) of an object as it was found. */
  read(object: StoredObject, start: number, endExclusive: number): Promise<Readable> {
    return this.#joined.read(object.blob, start, endExclusive);
  }

  /**
   * Makes a blob the object under a key, if the guard lets it, and ends the upload it was assembled from, in one
   * transaction. The blobs that this leaves without an owner (the replaced or the refused one, the parts) are removed.
   */
  async commit(
    bucket: string,
    object: StoredObject,
    guard: WriteGuard,
    from?: AssembledFrom,
  ): Promise<void> {
    let unused: readonly string[] = [object.blob];
    try {
      unused = this.#database.transaction(() => {
        const current = this.find(bucket, object.key);
        guard(current);
        this.#database
          .prepare(
            `INSERT OR REPLACE INTO objects (bucket, key, blob, size, etag, modified, attributes)
             VALUES (?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(
            bucket,
            Buffer.from(object.key, 'utf8'),
            object.blob,
            object.size,
            object.etag,
            object.modified,
            JSON.stringify(object.attributes),
          );
        const pieces = from?.pieces ?? [];
        this.#joined.add(object.blob, pieces);
        const kept = new Set(pieces.map(({ blob }) => blob));
        const parts = from === undefined ? [] : this.uploads.removeRows(from.uploadId);
        const replaced = current === undefined ? [] : this.#joined.forget(current.blob);
        return [...replaced, ...parts.filter((blob) => !kept.has(blob))];
      })();
    } finally {
      for (const blob of unused) await this.blobs.remove(blob);
    }
  }

  /** Removes an object, if the guard lets it. Absence is no error. */
  async delete(bucket: string, key: string, guard: WriteGuard = () => {}): Promise<void> {
    const removed = this.#database.transaction(() => {
      const current = this.find(bucket, key);
      guard(current);
      this.#database
        .prepare('DELETE FROM objects WHERE bucket = ? AND key = ?')
        .run(bucket, Buffer.from(key, 'utf8'));
      return current === undefined ? [] : this.#joined.forget(current.blob);
    })();
    for (const blob of removed) await this.blobs.remove(blob);
  }
}

function toObject(row: ObjectRow): StoredObject {
  return {
    key: row.key.toString('utf8'),
    blob: row.blob,
    size: row.size,
    etag: row.etag,
    modified: row.modified,
    attributes: attributesSchema.parse(JSON.parse(row.attributes)),
  };
}
