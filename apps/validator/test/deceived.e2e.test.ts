import { type Operator, redditPost, startOperator, xPost } from '@data-universe/test-network';
import { afterAll, beforeAll, expect, it } from 'vitest';

// In this order: the bucket's owner spoils more and more.
let operator: Operator;
let miner: string;
beforeAll(async () => {
  operator = await startOperator();
  miner = operator.network.miner.signer.address;
  operator.database.put(xPost(1, 0), xPost(2, 1), redditPost(1, 0));
  const { code } = await operator.miner(['upload']);
  if (code !== 0) throw new Error('could not publish');
});
afterAll(() => operator.close());

async function dataFileOf(source: 'x' | 'reddit') {
  const keys = await operator.network.owner.keys(`data/${source}/${miner}/`);
  const key = keys.find((name) => name.endsWith('.parquet'));
  if (key === undefined) throw new Error(`nothing of ${source} is published`);
  return { key, name: key.slice(key.lastIndexOf('/') + 1) };
}

it('altered bytes are a finding that names file and block, and the rest can still be asked', async () => {
  const { key, name } = await dataFileOf('x');
  await operator.network.owner.alter(key);
  const [person, machine, stats, other] = await Promise.all([
    operator.validator(['read', miner, '--source', 'x']),
    operator.validator(['validate', miner, xPost(1, 0).uri, '--json']),
    operator.validator(['stats', miner, '--json']),
    operator.validator(['read', miner, '--source', 'reddit', '--json']),
  ]);
  expect([person.code, person.stdout]).toEqual([1, '']);
  expect(person.stderr).toContain(
    `error: ${name}, block 0: its bytes are not the ones that were signed`,
  );
  expect(machine.code).toBe(1);
  expect(JSON.parse(machine.stdout).error).toMatchObject({
    code: 'IntegrityFailed',
    exit_code: 1,
    message: expect.stringContaining(`${name}, block 0`),
  });
  expect([stats.code, JSON.parse(stats.stdout).totals.rows]).toEqual([0, 3]);
  expect([other.code, JSON.parse(other.stdout).entities.length]).toEqual([0, 1]);
});

it('a data file that the manifest names and the store has not is a finding by name', async () => {
  const { key, name } = await dataFileOf('reddit');
  await operator.network.owner.delete(key);
  const { code, stdout } = await operator.validator([
    'read',
    miner,
    '--source',
    'reddit',
    '--json',
  ]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'NotFound',
    message: expect.stringContaining(name),
  });
  const list = await operator.validator(['list', miner, '--source', 'reddit']);
  expect([list.code, list.stdout]).toEqual([0, expect.stringContaining(name)]);
});

it('an altered manifest is not believed', async () => {
  const keys = await operator.network.owner.keys(`data/x/${miner}/_manifest/`);
  const manifest = keys.find((key) => key.endsWith('.json'));
  if (manifest === undefined) throw new Error('there is no manifest');
  await operator.network.owner.alter(manifest);
  const { code, stdout } = await operator.validator(['stats', miner, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout).error).toMatchObject({ exit_code: 1, retryable: false });
});
