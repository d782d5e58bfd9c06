import { AccessError } from '@data-universe/core-auth';
import { IntegrityError } from '@data-universe/dataset';
import { isStorageError } from '@data-universe/storage-core';
import { hourOf, redditPost, xPost } from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3ValidatorStorage } from '../src/index.ts';
import { type PublishedMiner, publishedMiner } from './support/published-miner.ts';

let miner: PublishedMiner;
let minerHotkey: PublishedMiner['network']['miner']['signer']['address'];

beforeAll(async () => {
  miner = await publishedMiner();
  minerHotkey = miner.network.miner.signer.address;
  await miner.publish([xPost(1, 2), xPost(2, 2), redditPost(1, 1)]);
  await miner.publish([xPost(3, 0)], [xPost(2, 2).uri]);
});
afterAll(() => miner.close());

describe('files and figures of a miner', () => {
  it('lists files of all sources, oldest first, with the rows that count', async () => {
    const files = await miner.validator.readMinerFiles(minerHotkey);
    expect(files.map(({ source, rows }) => [source, rows])).toEqual([
      ['x', 1],
      ['reddit', 1],
      ['x', 1],
    ]);
    expect(files[0]?.timeStart).toEqual(new Date(hourOf(0).getTime() + 3_000));
    for (const { key } of files) expect(key).toContain(`/${minerHotkey}/data_`);
  });

  it('lists one source alone', async () => {
    const files = await miner.validator.readMinerFiles(minerHotkey, { source: 'reddit' });
    expect(files.map(({ source }) => source)).toEqual(['reddit']);
  });

  it('sums up what counts, source by source', async () => {
    const { sources, totals } = await miner.validator.getMinerStats(minerHotkey);
    expect(sources).toMatchObject([
      { source: 'reddit', sequence: 1, files: 1, rows: 1, rejectedManifests: 0 },
      { source: 'x', sequence: 2, files: 2, rows: 2, rejectedManifests: 0 },
    ]);
    expect(totals).toMatchObject({ files: 3, rows: 3 });
  });

  it('is empty for a miner that has published nothing', async () => {
    const { address } = miner.network.otherMiner.signer;
    expect(await miner.validator.readMinerFiles(address)).toEqual([]);
    expect(await miner.validator.getMinerStats(address)).toEqual({
      minerHotkey: address,
      sources: [],
      totals: { files: 0, rows: 0, bytes: 0 },
    });
  });
});

describe('a validator that may not, or whom the store deceives', () => {
  it('is refused without a validator permit, with the reason', async () => {
    const reader = miner.validatorOf(miner.network.otherMiner);
    const refused = await reader.getMinerStats(minerHotkey).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AccessError);
    expect(refused).toMatchObject({ code: 'NoValidatorPermit', retryable: false });
  });

  it('does not follow a grant for another bucket than the operator expects', async () => {
    const { network } = miner;
    const reader = new S3ValidatorStorage({
      signer: network.validator.signer,
      network: network.network,
      netuid: network.netuid,
      authEndpoint: network.authEndpoint,
      store: { bucket: 'another-bucket' },
    });
    await expect(reader.getMinerStats(minerHotkey)).rejects.toThrow(/another-bucket/);
  });

  it('is given no altered row and no gap: altered and missing files are errors by name', async () => {
    const [altered, , missing] = await miner.validator.readMinerFiles(minerHotkey);
    if (altered === undefined || missing === undefined) throw new Error('three files were made');
    await miner.network.owner.alter(altered.key);
    const query = { minerHotkey, source: 'x' } as const;
    const tampered = await miner.validator.readMinerData(query).catch((error: unknown) => error);
    expect(tampered).toBeInstanceOf(IntegrityError);
    expect(tampered).toMatchObject({ file: altered.key.split('/').at(-1), block: 0 });

    await miner.network.owner.alter(altered.key);
    await miner.network.owner.delete(missing.key);
    const gone = await miner.validator.readMinerData(query).catch((error: unknown) => error);
    expect(isStorageError(gone, 'NotFound') && gone.key).toBe(missing.key);
    await expect(
      miner.validator.validateMinerData(minerHotkey, ['https://x.com/none/status/1']),
    ).rejects.toThrow(missing.key);
  });
});
