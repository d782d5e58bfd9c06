import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createKeyFile, decodeText, encodeText, readKeyFile } from '../src/index.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const refused = (code: string) => ({ name: 'EncodingKeyError', code, retryable: false });

describe('a key file', () => {
  test('is created for its owner alone, in the form of the ecosystem, and read back', async () => {
    const path = folder.path('new.json');
    const key = await createKeyFile(path);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toMatch(/^\{"sym_key":"[A-Za-z0-9_-]{43}="\}$/);
    expect(decodeText(await readKeyFile(path), encodeText(key, 'text'))).toBe('text');
  });

  test('is never written over', async () => {
    const path = folder.path('kept.json');
    await writeFile(path, 'anything');
    await expect(createKeyFile(path)).rejects.toMatchObject(refused('KeyExists'));
    expect(await readFile(path, 'utf8')).toBe('anything');
  });

  test.skipIf(process.platform === 'win32')('is refused where everybody may read it', async () => {
    const path = folder.path('open.json');
    await createKeyFile(path);
    await chmod(path, 0o644);
    await expect(readKeyFile(path)).rejects.toMatchObject(refused('KeyExposed'));
    await expect(readKeyFile(path)).rejects.toThrow(/chmod 600/);
  });

  test('that is none, or is not there, is refused without quoting it', async () => {
    const path = folder.path('bad.json');
    await writeFile(path, '{"sym_key": "secret"}', { mode: 0o600 });
    const error = await readKeyFile(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject(refused('BadKey'));
    expect(String(error)).not.toContain('secret');
    const absent = readKeyFile(folder.path('absent.json'));
    await expect(absent).rejects.toMatchObject(refused('KeyNotFound'));
  });
});
