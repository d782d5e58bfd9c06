import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileUploadJournal, type UploadRecord } from '@data-universe/s3-core';
import { parseObjectKey, sha256Of } from '@data-universe/storage-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Longer than a file's name may be. */
const KEY = parseObjectKey(`data/${'long/'.repeat(150)}x`);
const RECORD: UploadRecord = {
  uploadId: 'id-1',
  size: 100,
  partSize: 30,
  sha256: sha256Of(Buffer.from('whole')),
  startedAt: new Date('2026-01-05T00:00:00.000Z'),
};

let folder: string;
let directory: string;
let journal: FileUploadJournal;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-core-journal-'));
  directory = join(folder, 'uploads');
  journal = new FileUploadJournal(directory);
});
afterEach(() => rm(folder, { recursive: true }));

async function collect() {
  const found = [];
  for await (const entry of journal.entries()) found.push(entry);
  return found;
}

describe('a journal of uploads in files', () => {
  it('knows nothing, and makes nothing, before the first upload', async () => {
    expect(await journal.load(KEY)).toBeUndefined();
    expect(await collect()).toEqual([]);
    await journal.clear(KEY);
    expect(await readdir(folder)).toEqual([]);
  });

  it('remembers an upload for another process, until it is cleared', async () => {
    await journal.save(KEY, RECORD);
    journal = new FileUploadJournal(directory);
    expect(await journal.load(KEY)).toEqual(RECORD);
    expect(await collect()).toEqual([{ key: KEY, record: RECORD }]);
    await journal.clear(KEY);
    expect(await journal.load(KEY)).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
  });

  it('replaces what it knew of a key and leaves other keys alone', async () => {
    const other = parseObjectKey('other');
    await journal.save(other, RECORD);
    await journal.save(KEY, RECORD);
    await journal.save(KEY, { ...RECORD, uploadId: 'id-2' });
    expect((await journal.load(KEY))?.uploadId).toBe('id-2');
    expect((await journal.load(other))?.uploadId).toBe('id-1');
  });

  it('is readable by its owner alone', async () => {
    await journal.save(KEY, RECORD);
    expect((await stat(directory)).mode & 0o077).toBe(0);
    for (const name of await readdir(directory))
      expect((await stat(join(directory, name))).mode & 0o077).toBe(0);
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"key":"a","uploadId":"i'],
    ['no id', JSON.stringify({ ...RECORD, key: KEY, uploadId: undefined })],
    ['a negative size', JSON.stringify({ ...RECORD, key: KEY, size: -1 })],
    ['another key', JSON.stringify({ ...RECORD, key: 'another' })],
    ['a key that is a path', JSON.stringify({ ...RECORD, key: '../../etc/passwd' })],
  ])('takes an entry that holds %s for none of this key', async (_, text) => {
    await journal.save(KEY, RECORD);
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), text);
    expect(await journal.load(KEY)).toBeUndefined();
  });

  it('removes what a process left that died while it wrote, and not what one is writing', async () => {
    await journal.save(KEY, RECORD);
    await writeFile(join(directory, 'dead.tmp'), 'half');
    await writeFile(join(directory, 'alive.tmp'), 'half');
    const hoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(join(directory, 'dead.tmp'), hoursAgo, hoursAgo);
    expect(await collect()).toHaveLength(1);
    const left = await readdir(directory);
    expect(left).toContain('alive.tmp');
    expect(left).not.toContain('dead.tmp');
  });

  it('holds no secret', async () => {
    await journal.save(KEY, RECORD);
    const [name = ''] = await readdir(directory);
    const stored: unknown = JSON.parse(await readFile(join(directory, name), 'utf8'));
    expect(Object.keys(stored as object).toSorted()).toEqual(
      ['key', ...Object.keys(RECORD)].toSorted(),
    );
  });
});
