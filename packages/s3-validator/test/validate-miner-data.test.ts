import { readTable, redditPost, xPost } from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PublishedMiner, publishedMiner } from './support/published-miner.ts';

let miner: PublishedMiner;
const DELETED = xPost(9, 0).uri;

beforeAll(async () => {
  miner = await publishedMiner();
  await miner.publish([...Array.from({ length: 30 }, (_, n) => xPost(n, n % 3)), redditPost(1, 0)]);
  await miner.publish([xPost(500, 7)], [DELETED]);
});
afterAll(() => miner.close());

const validate = (uris: readonly string[]) =>
  miner.validator.validateMinerData(miner.network.miner.signer.address, uris);

describe('looking URIs up', () => {
  it('of none asks nobody', async () => {
    const asked = miner.network.auditLog().length;
    const validator = miner.validatorOf(miner.network.validator);
    const { address } = miner.network.miner.signer;
    expect(await validator.validateMinerData(address, [])).toEqual([]);
    expect(miner.network.auditLog()).toHaveLength(asked);
  });

  it('of one gives the row as it stands in the database', async () => {
    const { uri } = redditPost(1, 0);
    const row = readTable(miner.database.path, 'reddit').find((entity) => entity.uri === uri);
    const [finding, ...rest] = await validate([uri]);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ uri, present: true, source: 'reddit' });
    const entity = finding?.present ? finding.entity : undefined;
    expect({ ...entity, content: Buffer.from(entity?.content ?? []) }).toEqual(row);
  });

  it('of many answers each in the order asked', async () => {
    const wanted = [xPost(500, 7).uri, 'https://x.com/none/status/1', redditPost(1, 0).uri];
    const findings = await validate([...wanted, ...wanted.slice(1, 2)]);
    expect(findings.map(({ uri }) => uri)).toEqual([...wanted, ...wanted.slice(1, 2)]);
    expect(findings.map(({ present }) => present)).toEqual([true, false, true, false]);
  });

  it('answers a URI that is asked twice, twice', async () => {
    const { uri } = xPost(2, 0);
    const findings = await validate([uri, 'https://x.com/none/status/1', uri]);
    expect(findings.map(({ present }) => present)).toEqual([true, false, true]);
  });

  it('does not find a row that was deleted since', async () => {
    expect(await validate([DELETED])).toEqual([{ uri: DELETED, present: false }]);
  });

  it('takes a URI as it stands, and not as a URL', async () => {
    const { uri } = xPost(2, 0);
    const variants = [`${uri}/`, uri.toUpperCase(), '', `${uri}\0`, '__proto__'];
    expect((await validate(variants)).map(({ present }) => present)).toEqual(
      variants.map(() => false),
    );
  });

  it('finds nothing where nothing is published', async () => {
    const { address } = miner.network.otherMiner.signer;
    const { uri } = xPost(2, 0);
    expect(await miner.validator.validateMinerData(address, [uri])).toEqual([
      { uri, present: false },
    ]);
  });
});
