import { randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import {
  bytesSource,
  isStorageError,
  parseObjectKey,
  readAll,
  sha256Of,
} from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { PART_SIZE } from '../src/parts.ts';
import { describeRealStores, type RealStore } from './support/real-stores.ts';

const SIZE = PART_SIZE + 1_234_567;
const bytes = randomBytes(SIZE);
const sha256 = sha256Of(bytes);

/** What is left of multipart uploads that neither completed nor were aborted. */
async function openUploads({ client, bucket }: RealStore, key: string): Promise<unknown[]> {
  const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key });
  return (await client.send(command)).Uploads ?? [];
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (isStorageError(error) ? error.code : error),
  );

describeRealStores('an object of more than one part', (store, kind) => {
  describe('put once', { timeout: 120_000 }, () => {
    const key = parseObjectKey('large/once');

    it('comes back byte for byte, with the hash of the whole', async () => {
      const { backend } = store();
      const receipt = await backend.put(key, bytesSource(bytes), { sha256 });
      expect(receipt).toMatchObject({ key, size: SIZE, sha256 });
      expect(await backend.head(key)).toEqual(receipt);
      const { body } = await backend.get(key);
      expect(bytes.equals(Buffer.from(await readAll(body)))).toBe(true);
      expect(await openUploads(store(), key)).toEqual([]);
    });

    it('gives any range, across the seam of its parts too', async () => {
      for (const [start, end] of [
        [0, 1],
        [PART_SIZE - 1, PART_SIZE + 1],
        [SIZE - 1, SIZE],
      ] as const) {
        const { body } = await store().backend.get(key, { range: { start, end } });
        expect(Buffer.from(await readAll(body))).toEqual(bytes.subarray(start, end));
      }
    });

    it('is not created again, and leaves no upload behind', async () => {
      const { backend } = store();
      expect(await codeOf(backend.put(key, bytesSource(bytes), { sha256 }))).toBe('AlreadyExists');
      expect(await openUploads(store(), key)).toEqual([]);
    });

    it('is replaced when asked to', async () => {
      const { backend } = store();
      const { version } = await backend.head(key);
      const other = randomBytes(SIZE);
      const options = { sha256: sha256Of(other), ifExists: 'replace' } as const;
      const receipt = await backend.put(key, bytesSource(other), options);
      expect(receipt.version).not.toBe(version);
      expect((await backend.head(key)).sha256).toBe(options.sha256);
    });
  });

  it('that differs from its SHA-256 leaves no object and no upload', async () => {
    const key = parseObjectKey('large/wrong');
    const wrong = { sha256: sha256Of(Buffer.from('other')) };
    const put = store().backend.put(key, bytesSource(bytes), wrong);
    expect(await codeOf(put)).toBe('ChecksumMismatch');
    expect(await codeOf(store().backend.head(key))).toBe('NotFound');
    expect(await openUploads(store(), key)).toEqual([]);
  }, 120_000);

  it('that is aborted while it is sent leaves no object and no upload', async () => {
    const key = parseObjectKey('large/aborted');
    const controller = new AbortController();
    const source = {
      size: SIZE,
      async *stream() {
        yield bytes.subarray(0, PART_SIZE + 1);
        controller.abort();
        yield bytes.subarray(PART_SIZE + 1);
      },
    };
    const put = store().backend.put(key, source, { sha256, signal: controller.signal });
    expect(await codeOf(put)).toBe('Aborted');
    expect(await codeOf(store().backend.head(key))).toBe('NotFound');
    await expect.poll(() => openUploads(store(), key), { timeout: 60_000 }).toEqual([]);
  }, 120_000);

  // Ceph 16.2 takes no notice of If-None-Match where a multipart upload completes.
  const outcome =
    kind === 'Ceph RGW'
      ? 'may be created by two at once, both told that they did it: this store cannot tell'
      : 'is created by one of three racing writers';
  it(outcome, async () => {
    const key = parseObjectKey('large/raced');
    const bodies = Array.from({ length: 3 }, () => randomBytes(PART_SIZE + 1));
    const puts = bodies.map((body) =>
      codeOf(store().backend.put(key, bytesSource(body), { sha256: sha256Of(body) })),
    );
    const outcomes = await Promise.all(puts);
    const won = outcomes.filter((code) => code === 'done');
    const lost = outcomes.filter((code) => code !== 'done');
    if (kind === 'local cloud') expect(won).toHaveLength(1);
    // A writer that was replaced at once, and sees it, says so instead.
    for (const code of lost) expect(['AlreadyExists', 'Unavailable']).toContain(code);
    const { sha256: stored } = await store().backend.head(key);
    expect(bodies.map(sha256Of)).toContain(stored);
    expect(await openUploads(store(), key)).toEqual([]);
  }, 120_000);
});
