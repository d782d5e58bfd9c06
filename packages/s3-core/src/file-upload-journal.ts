import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isObjectKey,
  isSha256,
  type ObjectKey,
  type Sha256,
  sha256Of,
} from '@data-universe/storage-core';
import { z } from 'zod';
import type { UploadJournal, UploadRecord } from './upload-journal.ts';

/** A temporary file this old belongs to a process that died while it wrote. */
const ABANDONED_MS = 60 * 60 * 1000;

const entrySchema = z.object({
  key: z.string().refine((text): text is ObjectKey => isObjectKey(text)),
  uploadId: z.string().min(1),
  size: z.int().positive(),
  partSize: z.int().positive(),
  sha256: z.string().refine((text): text is Sha256 => isSha256(text)),
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
});
type Entry = z.output<typeof entrySchema>;

/** An UploadJournal in a folder of its own, one small file an upload; each change is atomic and durable. */
export class FileUploadJournal implements UploadJournal {
  readonly #directory: string;

  /** Made when the first upload is noted. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  async load(key: ObjectKey): Promise<UploadRecord | undefined> {
    const entry = await readEntry(this.#pathOf(key));
    return entry?.key === key ? recordOf(entry) : undefined;
  }

  async save(key: ObjectKey, record: UploadRecord): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const temporary = join(this.#directory, `${randomUUID()}.tmp`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify({ key, ...record }));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#pathOf(key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await this.#syncFolder();
  }

  async clear(key: ObjectKey): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  async *entries(): AsyncGenerator<{ key: ObjectKey; record: UploadRecord }> {
    const names = await unlessAbsent(readdir(this.#directory), []);
    for (const name of names) {
      const path = join(this.#directory, name);
      if (name.endsWith('.tmp')) await removeIfAbandoned(path);
      const entry = name.endsWith('.json') ? await readEntry(path) : undefined;
      if (entry !== undefined) yield { key: entry.key, record: recordOf(entry) };
    }
  }

  /** By hash: a key may be longer than a file's name, and is never a path. */
  #pathOf(key: ObjectKey): string {
    return join(this.#directory, `${sha256Of(Buffer.from(key))}.json`);
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#directory, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** What can't be understood counts as absent: its upload is begun anew. */
async function readEntry(path: string): Promise<Entry | undefined> {
  const text = await unlessAbsent(readFile(path, 'utf8'), '');
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

function recordOf({ key: _, ...record }: Entry): UploadRecord {
  return record;
}

async function removeIfAbandoned(path: string): Promise<void> {
  const stats = await unlessAbsent(stat(path), undefined);
  if (stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS)
    await rm(path, { force: true });
}

async function unlessAbsent<T>(work: Promise<T>, absent: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return absent;
    throw error;
  }
}
