import { constants } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytesSource,
  compareKeys,
  FileSystemBackend,
  isObjectKey,
  type ObjectKey,
  parseKeyPrefix,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toStorageError } from '../src/file-system/errors.ts';

const EVERYTHING = parseKeyPrefix('');
let parent: string;
let directory: string;
let backend: FileSystemBackend;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'file-system-backend-'));
  directory = join(parent, 'store');
  await mkdir(directory);
  backend = new FileSystemBackend({ directory });
});
afterEach(() => rm(parent, { recursive: true }));

function put(key: ObjectKey, text: string, ifExists: 'fail' | 'replace' = 'fail') {
  const bytes = Buffer.from(text);
  return backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes), ifExists });
}

async function keysOf(store = backend, startAfter?: ObjectKey): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(EVERYTHING, { startAfter })) keys.push(key);
  return keys;
}

async function read(key: ObjectKey): Promise<string> {
  return Buffer.from(await readAll((await backend.get(key)).body)).toString();
}

describe('FileSystemBackend', () => {
  it('keeps what another process reads as a plain file', async () => {
    await put(parseObjectKey('data/x/file.parquet'), 'PAR1');
    const path = join(directory, 'data%2f', 'x%2f', 'file.parquet');
    expect(await readFile(path, 'utf8')).toBe('PAR1');
    expect(await keysOf(new FileSystemBackend({ directory }))).toEqual(['data/x/file.parquet']);
  });

  it('lists any keys in the order of their bytes, from any of them on', async () => {
    const name = fc.oneof(
      fc.stringMatching(/^[aA/.\-0é%~]{1,9}$/),
      fc.stringMatching(/^[a!/]{155,330}$/),
    );
    const keys = fc.uniqueArray(name.filter(isObjectKey), { minLength: 1, maxLength: 12 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(keys, fc.nat(), async (given, at) => {
        const below = `${run++}`;
        const all = given.map((key) => parseObjectKey(`${below}/${key}`)).sort(compareKeys);
        for (const key of all) await put(key, key);
        const after = all[at % all.length];
        const prefix = parseKeyPrefix(`${below}/`);
        const listed: string[] = [];
        for await (const { key } of backend.list(prefix, { startAfter: after })) listed.push(key);
        expect(listed).toEqual(all.slice((at % all.length) + 1));
        for (const key of all) expect(await read(key)).toBe(key);
      }),
      { numRuns: 25 },
    );
  });

  it('ignores leftovers of a killed writer and removes them after a day', async () => {
    const temporary = join(directory, '%tmp');
    await mkdir(temporary);
    await writeFile(join(temporary, 'old'), 'half');
    await writeFile(join(temporary, 'young'), 'half');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(temporary, 'old'), yesterday, yesterday);
    expect(await keysOf()).toEqual([]);
    await put(parseObjectKey('a'), 'whole');
    expect(await keysOf()).toEqual(['a']);
    expect(await readdir(temporary)).toEqual(['young']);
  });

  it('passes over files that it did not name', async () => {
    await put(parseObjectKey('a'), 'mine');
    await writeFile(join(directory, '.DS_Store'), 'foreign');
    await writeFile(join(directory, 'Capital'), 'foreign');
    await writeFile(join(directory, '%61'), 'foreign');
    await mkdir(join(directory, 'folder'));
    await mkdir(join(directory, '%2f'));
    await writeFile(join(directory, '%2f', 'b'), 'foreign');
    expect(await keysOf()).toEqual(['a']);
  });

  it('refuses a key whose path is longer than the system allows, and leaves nothing', async () => {
    const key = parseObjectKey(Array.from({ length: 512 }, () => 'A').join('/'));
    await expect(put(key, 'deep')).rejects.toMatchObject({ code: 'TooLarge' });
    await expect(backend.head(key)).rejects.toMatchObject({ code: 'TooLarge' });
    expect(await readdir(join(directory, '%tmp')).catch(() => [])).toEqual([]);
  });

  it('says that its folder is missing instead of being empty', async () => {
    const missing = new FileSystemBackend({ directory: join(parent, 'not-mounted') });
    const key = parseObjectKey('a');
    for (const call of [() => missing.head(key), () => missing.get(key), () => keysOf(missing)])
      await expect(call()).rejects.toMatchObject({ code: 'Unavailable', retryable: true });
  });

  it('lets writers of several instances race for one key', async () => {
    const key = parseObjectKey('raced');
    const puts = Array.from({ length: 20 }, (_, i) => {
      const bytes = Buffer.from(`writer ${i}`);
      const store = new FileSystemBackend({ directory });
      return store.put(key, bytesSource(bytes), { sha256: sha256Of(bytes) });
    });
    const outcomes = await Promise.allSettled(puts);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(join(directory, '%tmp'))).toEqual([]);
  });
});

describe('FileSystemBackend under attack', () => {
  const key = parseObjectKey('a/b');
  let outside: string;

  beforeEach(async () => {
    outside = join(parent, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'b'), 'secret');
  });

  async function refusesEverything(): Promise<void> {
    const denied = expect.objectContaining({ code: 'PermissionDenied' });
    await expect(backend.get(key)).rejects.toEqual(denied);
    await expect(backend.head(key)).rejects.toEqual(denied);
    await expect(put(key, 'mine')).rejects.toEqual(denied);
    await expect(put(key, 'mine', 'replace')).rejects.toEqual(denied);
    await expect(keysOf()).rejects.toEqual(denied);
    expect(await readdir(outside)).toEqual(['b']);
    expect(await readFile(join(outside, 'b'), 'utf8')).toBe('secret');
  }

  it('does not follow a folder that is a symbolic link', async () => {
    await symlink(outside, join(directory, 'a%2f'));
    await refusesEverything();
  });

  it('does not follow a file that is a symbolic link', async () => {
    await mkdir(join(directory, 'a%2f'));
    await symlink(join(outside, 'b'), join(directory, 'a%2f', 'b'));
    await refusesEverything();
  });

  it('does not create through a link that leads nowhere yet', async () => {
    await mkdir(join(directory, 'a%2f'));
    await symlink(join(outside, 'new'), join(directory, 'a%2f', 'b'));
    await refusesEverything();
  });

  it('does not write its temporary files through a link', async () => {
    await symlink(outside, join(directory, '%tmp'));
    await expect(put(key, 'mine')).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(await readdir(outside)).toEqual(['b']);
  });

  it('does not open a socket that someone put in its place', async () => {
    await mkdir(join(directory, 'a%2f'));
    const server = createServer();
    await new Promise<void>((listening) => {
      server.listen(join(directory, 'a%2f', 'b'), listening);
    });
    await expect(backend.get(key)).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(await keysOf()).toEqual([]);
    await new Promise((closed) => server.close(closed));
  });

  it('touches nothing outside for any key at all', async () => {
    const hostile = fc.stringMatching(/^[./%2eE~a]{1,12}$/);
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        await put(text as ObjectKey, 'x', 'replace').catch(() => undefined);
        expect((await readdir(parent)).sort()).toEqual(['outside', 'store']);
        expect(await readdir(outside)).toEqual(['b']);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a file system error', () => {
  const call = { operation: 'put', key: 'a' } as const;

  it('says that the disk is full', async () => {
    const full = await open('/dev/full', constants.O_WRONLY);
    const error = await full.write('x').catch((cause: unknown) => cause);
    await full.close();
    expect(toStorageError(error, call)).toMatchObject({
      code: 'Unavailable',
      retryable: true,
      message: expect.stringContaining('disk is full'),
    });
  });

  it.each([
    ['EACCES', 'PermissionDenied'],
    ['EROFS', 'PermissionDenied'],
    ['EDQUOT', 'Unavailable'],
    ['EMFILE', 'Unavailable'],
    ['EIO', 'Unavailable'],
    ['ENAMETOOLONG', 'TooLarge'],
    ['EFBIG', 'TooLarge'],
    ['ESOMETHING', 'Unknown'],
  ])('with %s is %s', (errno, code) => {
    const error = Object.assign(new Error('as the system said'), { code: errno });
    expect(toStorageError(error, call).code).toBe(code);
  });
});
