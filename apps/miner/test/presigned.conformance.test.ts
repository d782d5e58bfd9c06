import {
  expectEqualRows,
  type Operator,
  oddRows,
  presignedStore,
  readTable,
  redditPost,
  startOperator,
  type TestNetworkOptions,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';

describe('both programs with a service that presigns for the local cloud', () => {
  publishAndReadBack(async () => true);
});
describeWithCeph('both programs with a service that presigns for Ceph RGW', () => {
  publishAndReadBack(async () => presignedStore(await sharedCeph()));
});

/** On a busy machine each takes seconds to start. */
const SEVERAL_PROGRAMS = { timeout: 120_000 };

/** With the configuration that every service is used with: nothing in it speaks of presigning. */
function publishAndReadBack(store: () => Promise<TestNetworkOptions['presigned']>): void {
  let operator: Operator;
  beforeAll(async () => {
    operator = await startOperator({ presigned: await store() });
    const { database } = operator;
    for (let n = 0; n < 300; n += 1) database.put(xPost(n, n % 20));
    for (let n = 0; n < 50; n += 1) database.put(redditPost(n, n % 10));
    database.put(...oddRows(21));
  }, 120_000);
  afterAll(() => operator.close());

  const expectPublished = async () => {
    for (const source of ['x', 'reddit'] as const)
      expectEqualRows(await operator.readBack(source), readTable(operator.database.path, source));
  };

  it(
    'upload publishes every row, and the validator reads every one',
    SEVERAL_PROGRAMS,
    async () => {
      const { code, stderr } = await operator.miner(['upload']);
      expect(code, stderr).toBe(0);
      await expectPublished();
    },
  );

  it('upload once more publishes nothing', async () => {
    const again = await operator.miner(['upload', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, rowsPublished: 0 });
  });

  it('upload publishes what is new and takes out what is gone', SEVERAL_PROGRAMS, async () => {
    operator.database.put(xPost(1000, 3), redditPost(1000, 3));
    operator.database.delete(xPost(5, 5).uri);
    const { code, stderr } = await operator.miner(['upload']);
    expect(code, stderr).toBe(0);
    await expectPublished();
  });

  it('nobody without a permit reads, and the program says why', async () => {
    const { miner, otherMiner } = operator.network;
    const { code, stdout } = await operator.validator(['stats', miner.signer.address, '--json'], {
      as: otherMiner,
    });
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'NoValidatorPermit' });
  });
}
