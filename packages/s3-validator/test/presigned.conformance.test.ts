import {
  expectEqualRows,
  presignedStore,
  readTable,
  redditPost,
  type TestNetworkOptions,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';
import { type PublishedMiner, publishedMiner } from './support/published-miner.ts';

describe('presigned requests to the local cloud', () => {
  publishAndRead(async () => true);
});
describeWithCeph('presigned requests to Ceph RGW', () => {
  publishAndRead(async () => presignedStore(await sharedCeph()));
});

function publishAndRead(store: () => Promise<TestNetworkOptions['presigned']>): void {
  let miner: PublishedMiner;
  beforeAll(async () => {
    miner = await publishedMiner({ presigned: await store() });
  }, 120_000);
  afterAll(() => miner.close());

  const expectPublished = async () => {
    const { network, database, validator } = miner;
    const minerHotkey = network.miner.signer.address;
    for (const source of ['reddit', 'x'] as const) {
      const rows = readTable(database.path, source);
      expectEqualRows(await network.published(source), rows);
      expectEqualRows(await validator.readMinerData({ minerHotkey, source }), rows);
    }
  };

  it('a miner publishes, and a validator reads what it has, commit by commit', async () => {
    for (let round = 0; round < 6; round += 1) {
      const rows = [xPost(10 * round, round % 3), redditPost(10 * round + 1, round % 3)];
      await miner.publish(rows, round > 2 ? [xPost(10 * (round - 3), round % 3).uri] : []);
    }
    await expectPublished();
  });

  it('a validator finds a row, and the sizes of what there is', async () => {
    const { network, validator } = miner;
    const hotkey = network.miner.signer.address;
    const { uri } = redditPost(11, 1);
    const findings = await validator.validateMinerData(hotkey, [uri, 'https://x.example/absent']);
    expect(findings).toMatchObject([{ uri, present: true }, { present: false }]);
    expect(await validator.getMinerStats(hotkey)).toMatchObject({ sources: [{}, {}] });
  });

  it('a miner without any data is empty', async () => {
    const { network, validator } = miner;
    expect(await validator.readMinerFiles(network.otherMiner.signer.address)).toEqual([]);
  });

  it('nobody without a permit reads', async () => {
    const { network, validatorOf } = miner;
    const hotkey = network.miner.signer.address;
    for (const [neuron, code] of [
      [network.stranger, 'NotRegistered'],
      [network.otherMiner, 'NoValidatorPermit'],
      [network.miner, 'NoValidatorPermit'],
    ] as const)
      await expect(validatorOf(neuron).readMinerFiles(hotkey)).rejects.toMatchObject({ code });
  });

  it('no key of the store is seen by anybody', () => {
    const { network } = miner;
    expect(network.auditLog()).toContain('"op":"put"');
    expect(network.auditLog()).not.toMatch(/X-Amz-Signature|secret/i);
  });
}
