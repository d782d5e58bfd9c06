import {
  bytesSource,
  keyUnder,
  MemoryBackend,
  type ObjectKey,
  readAll,
  type StorageBackend,
  sha256Of,
} from '@data-universe/storage-core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { blockListKey, type ManifestFile, openDataFile, verifyWholeFile } from '../src/index.ts';
import { xEntity } from './support/entities.ts';
import { collect, type Published, publish } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const folder = useTemporaryFolder();
const BLOCK = 4096;
const entities = Array.from({ length: 300 }, (_, index) =>
  xEntity(index, { content: { text: Buffer.alloc(90, index * 7919).toString('hex') } }),
);
const published = () => publish(folder, entities, { rowsPerGroup: 70, blockSize: BLOCK });
const dataKey = ({ dataset, file }: Published): ObjectKey => keyUnder(dataset, file.name);

async function bytesOf(backend: StorageBackend, key: ObjectKey): Promise<Uint8Array> {
  return readAll((await backend.get(key)).body);
}

/** A store that holds other bytes than were put there. */
async function tampered(from: Published, changes: Map<ObjectKey, Uint8Array>) {
  const backend = new MemoryBackend();
  for (const key of [dataKey(from), blockListKey(from.dataset, from.file.block_list)]) {
    const bytes = changes.get(key) ?? (await bytesOf(from.backend, key));
    await backend.put(key, bytesSource(bytes), { sha256: sha256Of(bytes) });
  }
  return backend;
}

async function readAllOf(backend: StorageBackend, { dataset, file }: Published): Promise<unknown> {
  return collect(await openDataFile(backend, dataset, file), { source: 'x' });
}

const integrity = { name: 'IntegrityError', code: 'IntegrityFailed', retryable: false };

describe('a verified file', () => {
  test('slices as the file itself would', async () => {
    const from = await published();
    const bytes = await bytesOf(from.backend, dataKey(from));
    const file = await from.open();
    const offset = fc.integer({ min: -10, max: bytes.byteLength + 10 });
    const slices = fc.array(fc.tuple(offset, fc.option(offset, { nil: undefined })), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(slices, async (ranges) => {
        const parts = await Promise.all(ranges.map(([start, end]) => file.slice(start, end)));
        for (const [index, [start, end]] of ranges.entries()) {
          const expected = bytes.slice(Math.max(0, start), Math.max(0, end ?? bytes.byteLength));
          expect(Buffer.from(parts[index] ?? new ArrayBuffer(0)).equals(expected)).toBe(true);
        }
      }),
    );
  });

  test('reads neighbouring blocks in one request, and none twice in a row', async () => {
    const from = await published();
    const requests: unknown[] = [];
    const counting: StorageBackend = Object.assign(Object.create(from.backend) as StorageBackend, {
      get: (...call: Parameters<StorageBackend['get']>) => {
        requests.push(call[1]?.range);
        return from.backend.get(...call);
      },
    });
    const file = await openDataFile(counting, from.dataset, from.file);
    await file.slice(BLOCK + 1, BLOCK + 2);
    await file.slice(10, 3 * BLOCK + 10);
    await file.slice(0, 4 * BLOCK);
    expect(requests).toEqual([
      undefined,
      { start: BLOCK, end: 2 * BLOCK },
      { start: 0, end: BLOCK },
      { start: 2 * BLOCK, end: 4 * BLOCK },
    ]);
  });

  test('finds any altered byte of the data file, and says in which block', async () => {
    const from = await published();
    const bytes = await bytesOf(from.backend, dataKey(from));
    const position = fc.nat(bytes.byteLength - 1);
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: 255 }), async (at, difference) => {
        const altered = Uint8Array.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ difference;
        const backend = await tampered(from, new Map([[dataKey(from), altered]]));
        const file = await openDataFile(backend, from.dataset, from.file);
        await expect(file.slice(0)).rejects.toMatchObject({
          ...integrity,
          file: from.file.name,
          block: Math.floor(at / BLOCK),
        });
        await expect(verifyWholeFile(backend, from.dataset, from.file)).rejects.toMatchObject(
          integrity,
        );
      }),
    );
  });

  test('gives no entity from an altered content, nor anything an altered footer says', async () => {
    const from = await published();
    const bytes = await bytesOf(from.backend, dataKey(from));
    for (const at of [bytes.byteLength - 1, bytes.byteLength - 6, bytes.byteLength - 300]) {
      const altered = Uint8Array.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      const backend = await tampered(from, new Map([[dataKey(from), altered]]));
      await expect(readAllOf(backend, from)).rejects.toMatchObject(integrity);
    }
  });

  test('finds any altered byte of the block list before it reads a block', async () => {
    const from = await published();
    const key = blockListKey(from.dataset, from.file.block_list);
    const bytes = await bytesOf(from.backend, key);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.byteLength - 1), async (at) => {
        const altered = Uint8Array.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ 1;
        const backend = await tampered(from, new Map([[key, altered]]));
        await expect(readAllOf(backend, from)).rejects.toMatchObject(integrity);
      }),
      { numRuns: 20 },
    );
  });

  test.each([-1, 1, -BLOCK, BLOCK])('finds %i bytes too many or too few', async (difference) => {
    const from = await published();
    const list = blockListKey(from.dataset, from.file.block_list);
    for (const key of [dataKey(from), list]) {
      const bytes = await bytesOf(from.backend, key);
      const changed = Buffer.concat([bytes, new Uint8Array(BLOCK)]).subarray(
        0,
        Math.max(0, bytes.byteLength + difference),
      );
      const backend = await tampered(from, new Map([[key, changed]]));
      await expect(readAllOf(backend, from)).rejects.toMatchObject(integrity);
      if (key !== list)
        await expect(verifyWholeFile(backend, from.dataset, from.file)).rejects.toMatchObject(
          integrity,
        );
    }
  });

  test('finds a store that sends more, less or something else than it was asked for', async () => {
    const from = await published();
    const lies: Record<string, (body: Uint8Array) => Uint8Array[]> = {
      more: (body) => [body, Uint8Array.of(0)],
      less: (body) => [body.subarray(0, -1)],
      nothing: () => [],
      empty: () => [new Uint8Array(), new Uint8Array()],
    };
    for (const lie of Object.values(lies)) {
      const lying: StorageBackend = Object.assign(Object.create(from.backend) as StorageBackend, {
        get: async (...[key, options]: Parameters<StorageBackend['get']>) => {
          const answer = await from.backend.get(key, options);
          if (options?.range === undefined) return answer;
          const body = await readAll(answer.body);
          return {
            ...answer,
            body: (async function* () {
              yield* lie(body);
            })(),
          };
        },
      });
      await expect(readAllOf(lying, from)).rejects.toMatchObject(integrity);
    }
  });

  test('passes on what the store cannot do, as its own error', async () => {
    const from = await published();
    const backend = new MemoryBackend();
    await expect(openDataFile(backend, from.dataset, from.file)).rejects.toMatchObject({
      name: 'StorageError',
      code: 'NotFound',
    });
  });

  test('does not fetch a block list longer than the file can have', async () => {
    const from = await published();
    const file: ManifestFile = { ...from.file, size: 2 ** 50 };
    await expect(openDataFile(from.backend, from.dataset, file)).rejects.toMatchObject({
      name: 'DataFileError',
      code: 'TooLarge',
    });
  });

  test('that is whole passes the check of the whole', async () => {
    const from = await published();
    await verifyWholeFile(from.backend, from.dataset, from.file);
  });
});
