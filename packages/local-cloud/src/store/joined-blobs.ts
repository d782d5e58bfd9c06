import { Readable } from 'node:stream';
import type Database from 'better-sqlite3';
import type { BlobStore } from './blobs.ts';

/** A blob that is part of another. */
export interface Piece {
  readonly blob: string;
  readonly size: number;
}

/** Each is a file that a reading holds open: more of them are copied into one. */
export const MOST_PIECES = 64;

/** Blobs that are the pieces of a multipart upload in their order: joined by name, so that completing copies nothing. */
export class JoinedBlobs {
  readonly #database: Database.Database;
  readonly #blobs: BlobStore;

  constructor(database: Database.Database, blobs: BlobStore) {
    this.#database = database;
    this.#blobs = blobs;
  }

  /** Within the caller's transaction. */
  add(id: string, pieces: readonly Piece[]): void {
    const insert = this.#database.prepare(
      'INSERT INTO joined_blobs (blob, ordinal, piece, size) VALUES (?, ?, ?, ?)',
    );
    pieces.forEach(({ blob, size }, ordinal) => {
      insert.run(id, ordinal, blob, size);
    });
  }

  /** The blobs behind a name, forgotten within the caller's transaction: its pieces, or itself. */
  forget(id: string): string[] {
    const pieces = this.#database
      .prepare<[string], { piece: string }>(
        'DELETE FROM joined_blobs WHERE blob = ? RETURNING piece',
      )
      .all(id);
    return pieces.length === 0 ? [id] : pieces.map(({ piece }) => piece);
  }

  /** A stream of bytes [start, endExclusive) of a blob, joined or not. */
  async read(id: string, start: number, endExclusive: number): Promise<Readable> {
    const pieces = this.#database
      .prepare<[string], Piece>(
        'SELECT piece AS blob, size FROM joined_blobs WHERE blob = ? ORDER BY ordinal',
      )
      .all(id);
    if (pieces.length === 0) return this.#blobs.read(id, start, endExclusive);
    let offset = 0;
    const readings: Promise<Readable>[] = [];
    for (const { blob, size } of pieces) {
      const from = Math.max(0, start - offset);
      const to = Math.min(size, endExclusive - offset);
      if (from < to) readings.push(this.#blobs.read(blob, from, to));
      offset += size;
    }
    return Readable.from(oneAfterTheOther(await Promise.all(readings)), { objectMode: false });
  }
}

async function* oneAfterTheOther(readings: readonly Readable[]): AsyncGenerator<Buffer> {
  try {
    for (const reading of readings) yield* reading;
  } finally {
    for (const reading of readings) reading.destroy();
  }
}
