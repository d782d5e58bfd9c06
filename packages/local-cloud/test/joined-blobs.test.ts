import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Piece } from '../src/store/joined-blobs.ts';
import { ObjectStore, type StoredObject } from '../src/store/object-store.ts';

describe('an object joined from the parts of its upload', () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'joined-'));
    store = await ObjectStore.open(folder);
    store.createBucket('bucket', 0);
  });
  afterEach(async () => {
    store.close();
    await rm(folder, { recursive: true });
  });

  const piece = async (text: string): Promise<Piece> => ({
    blob: await store.blobs.write(bytesOf(text)),
    size: text.length,
  });
  const object = (blob: string, size: number): StoredObject => {
    return {
      key: 'key',
      blob,
      size,
      etag: 'e',
      modified: 0,
      attributes: { headers: {}, metadata: {} },
    };
  };
  const joinPieces = async (...texts: string[]) => {
    const pieces = await Promise.all(texts.map(piece));
    const size = pieces.reduce((sum, { size }) => sum + size, 0);
    await store.commit('bucket', object('joined', size), () => {}, { uploadId: 'none', pieces });
  };
  const read = async (start: number, end: number) => {
    const found = store.find('bucket', 'key');
    if (found === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of await store.read(found, start, end)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const filesLeft = async () =>
    (await readdir(join(folder, 'blobs'), { recursive: true })).filter((name) =>
      name.includes('/'),
    );

  it('is read whole and across its seams', async () => {
    await joinPieces('abc', 'defg', 'h');
    const whole = 'abcdefgh';
    for (let start = 0; start <= whole.length; start += 1) {
      for (let end = start; end <= whole.length; end += 1) {
        expect(await read(start, end)).toBe(whole.slice(start, end));
      }
    }
  });

  it('is whole after a restart', async () => {
    await joinPieces('abc', 'def');
    store.close();
    store = await ObjectStore.open(folder);
    expect(await read(0, 6)).toBe('abcdef');
  });

  it('frees its pieces when it is replaced or deleted', async () => {
    await joinPieces('abc', 'def');
    await store.commit('bucket', object((await piece('new')).blob, 3), () => {});
    expect(await read(0, 3)).toBe('new');
    expect(await filesLeft()).toHaveLength(1);
    await store.delete('bucket', 'key');
    expect(await filesLeft()).toEqual([]);
  });

  it('that is refused leaves the pieces to the upload', async () => {
    const refused = joinRefused();
    await expect(refused).rejects.toThrow('refused');
    expect(await filesLeft()).toHaveLength(1);
  });

  const joinRefused = async () => {
    const pieces = [await piece('abc')];
    const refuse = () => {
      throw new Error('refused');
    };
    await store.commit('bucket', object('joined', 3), refuse, { uploadId: 'none', pieces });
  };
});

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
