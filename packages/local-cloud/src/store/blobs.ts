import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A trip to the disk for each 64 KiB costs more than hashing them. */
const TRIP_BYTES = 1024 * 1024;

/** Bytes on disk under random names, so that no object key is ever a path. */
export class BlobStore {
  readonly #temporary: string;
  readonly #blobs: string;
  /** Blobs being opened: their removal waits, so that who has just found an object can still read it. */
  readonly #opening = new Map<string, Promise<unknown>>();

  private constructor(directory: string) {
    this.#temporary = path.join(directory, 'tmp');
    this.#blobs = path.join(directory, 'blobs');
  }

  /** Opens the folder, dropping what an earlier process left half-written or unreferenced. */
  static async open(directory: string, referenced: ReadonlySet<string>): Promise<BlobStore> {
    const store = new BlobStore(directory);
    await rm(store.#temporary, { recursive: true, force: true });
    await mkdir(store.#temporary, { recursive: true });
    await mkdir(store.#blobs, { recursive: true });
    for (const shard of await readdir(store.#blobs)) {
      for (const blob of await readdir(path.join(store.#blobs, shard))) {
        if (!referenced.has(blob)) await store.remove(blob);
      }
    }
    return store;
  }

  /** Writes a whole body. The blob exists only once every byte is there; on any error nothing does. */
  async write(body: AsyncIterable<Buffer>): Promise<string> {
    const id = randomUUID();
    const temporary = path.join(this.#temporary, id);
    try {
      await pipeline(
        inBatches(body),
        // Room for one batch on its way to the disk while the next is received and hashed.
        createWriteStream(temporary, { flags: 'wx', highWaterMark: 2 * TRIP_BYTES }),
      );
      const target = this.#pathOf(id);
      await mkdir(path.dirname(target), { recursive: true });
      await rename(temporary, target);
      return id;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** A stream of bytes [start, endExclusive), over a file held open, so that a later removal does not cut it short. */
  async read(id: string, start: number, endExclusive: number): Promise<Readable> {
    if (start >= endExclusive) return Readable.from([]);
    const opened = open(this.#pathOf(id), 'r');
    const opening = Promise.allSettled([this.#opening.get(id), opened]);
    this.#opening.set(id, opening);
    try {
      const handle = await opened;
      return createReadStream('', {
        fd: handle,
        start,
        end: endExclusive - 1,
        highWaterMark: TRIP_BYTES,
      });
    } finally {
      if (this.#opening.get(id) === opening) this.#opening.delete(id);
    }
  }

  async remove(id: string): Promise<void> {
    await this.#opening.get(id);
    await rm(this.#pathOf(id), { force: true });
  }

  #pathOf(id: string): string {
    return path.join(this.#blobs, id.slice(0, 2), id);
  }
}

async function* inBatches(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size < TRIP_BYTES) continue;
    yield Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces, size);
}
