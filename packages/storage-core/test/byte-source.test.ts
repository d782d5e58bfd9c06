import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ByteSource,
  bytesSource,
  fileSource,
  MemoryBackend,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'byte-source-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a source of bytes or of a file', () => {
  it('can be read more than once, whole and in any part', async () => {
    const path = join(directory, 'file');
    const offset = fc.nat({ max: 60 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 50 }), offset, offset, async (bytes, a, b) => {
        await writeFile(path, bytes);
        const range = { start: Math.min(a, b, bytes.length), end: Math.min(b, bytes.length) };
        const sources: ByteSource[] = [bytesSource(bytes), await fileSource(path)];
        for (const source of sources) {
          expect(source.size).toBe(bytes.length);
          const part = Buffer.from(await readAll(source.stream(range)));
          expect(part.equals(bytes.subarray(range.start, range.end))).toBe(true);
          expect(Buffer.from(await readAll(source.stream())).equals(bytes)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('reads a file into memory that is brought, up to its end', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '0123456789');
    const reader = await (await fileSource(path)).open?.();
    const memory = Buffer.from('xxxx');
    expect(await reader?.read(memory.subarray(1), 4)).toBe(3);
    expect(memory.toString()).toBe('x456');
    expect(await reader?.read(memory, 8)).toBe(2);
    expect(memory.toString()).toBe('8956');
    expect(await reader?.read(memory, 10)).toBe(0);
    await reader?.close();
  });

  it('is refused when its file has grown since its size was taken', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'before');
    const source = await fileSource(path);
    await appendFile(path, ' and after');
    const put = new MemoryBackend().put(parseObjectKey('grown'), source, {
      sha256: sha256Of(Buffer.from('before')),
    });
    await expect(put).rejects.toMatchObject({ code: 'ChecksumMismatch' });
  });
});
