import { readdirSync } from 'node:fs';
import {
  expectEqualRows,
  type Operator,
  oddRows,
  readTable,
  redditPost,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// In this order: each test goes on from where the one before left the network.
let operator: Operator;
beforeAll(async () => {
  operator = await startOperator();
  const { database } = operator;
  for (let n = 0; n < 300; n += 1) database.put(xPost(n, n % 20));
  for (let n = 0; n < 50; n += 1) database.put(redditPost(n, n % 10));
  database.put(...oddRows(21), redditPost(900, 0, { source: 6, uri: 'unknown:1' }));
});
afterAll(() => operator.close());

async function expectPublished(neuron = operator.network.miner): Promise<void> {
  for (const source of ['x', 'reddit'] as const)
    expectEqualRows(
      await operator.network.published(source, neuron),
      readTable(operator.database.path, source),
    );
}

describe('data-universe-miner', () => {
  it('upload --dry-run says what would travel and writes nothing at all', async () => {
    const before = readdirSync(operator.network.folder).sort();
    const { code, stdout } = await operator.miner(['upload', '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      rowsPublished: 360,
      bytesUploaded: 0,
    });
    const after = readdirSync(operator.network.folder).filter((name) => !name.endsWith('.yaml'));
    expect(after.sort()).toEqual(before.filter((name) => !name.endsWith('.yaml')));
    expect(await operator.network.owner.keys()).toEqual([]);
    expect(operator.network.auditLog()).toBe('');
  });

  it('status before the first upload says that there was none', async () => {
    const { code, stdout } = await operator.miner(['status']);
    expect([code, stdout]).toEqual([0, 'Nothing has been published from this machine yet.\n']);
  });

  it('upload publishes every row of both sources and says what is odd', async () => {
    const { code, stdout, stderr } = await operator.miner(['upload']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^source +rows sent +added .*\nreddit +50 +50 .*\nx +310 +310 .*\n$/);
    expect(stderr).toContain('Not published: 1 rows of source 6');
    expect(stderr).toMatch(/x: published as it is: .*1 rows whose content is not UTF-8/);
    for (const source of ['x', 'reddit'] as const)
      expectEqualRows(await operator.readBack(source), readTable(operator.database.path, source));
  });

  it('upload once more publishes nothing', async () => {
    const keys = await operator.network.owner.keys();
    const { code, stdout } = await operator.miner(['upload', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, rowsPublished: 0, bytesUploaded: 0 });
    expect(await operator.network.owner.keys()).toEqual(keys);
  });

  it('upload sends only what was added, replaced or deleted', async () => {
    const { database } = operator;
    database.put(xPost(1000, 3), xPost(5, 5, { text: 'longer than before, and late' }));
    database.delete(redditPost(7, 7).uri);
    const { stdout } = await operator.miner(['upload', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      rowsPublished: 2,
      sources: [
        { source: 'reddit', report: { rowsRemoved: 1, rowsAdded: 0 } },
        { source: 'x', report: { rowsAdded: 1, rowsReplaced: 1 } },
      ],
    });
    await expectPublished();
  });

  it('status tells what validators see', async () => {
    const { code, stdout } = await operator.miner(['status', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).sources).toMatchObject([
      { source: 'reddit', sequence: 2, totals: { rows: 49 }, pendingSequence: null },
      { source: 'x', sequence: 2, totals: { rows: 311 } },
    ]);
  });

  it('publishes to S3 alone where Hugging Face is asked for too, and says so', async () => {
    operator.database.put(xPost(1001, 3));
    const storage = 'use_huggingface: true';
    const { code, stdout, stderr } = await operator.miner(['upload', '--json'], { storage });
    expect(code).toBe(1);
    expect(stderr).toContain('Not published to Hugging Face: this version publishes to S3 alone.');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      rowsPublished: 1,
      skippedDestinations: ['huggingface'],
    });
    const told = await operator.miner(['upload'], {
      storage,
      env: { DATA_UNIVERSE_USE_HF: 'false' },
    });
    expect(told.code).toBe(0);
  });

  it('two neurons upload at once, each to a prefix of its own', async () => {
    const { network, database, miner } = operator;
    database.put(xPost(1002, 3), redditPost(1002, 3));
    const results = await Promise.all([
      miner(['upload', '--json']),
      miner(['upload', '--json'], { as: network.otherMiner }),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(results.map(({ stdout }) => JSON.parse(stdout).rowsPublished)).toEqual([2, 363]);
    await expectPublished(network.miner);
    await expectPublished(network.otherMiner);
  });

  it('shows no secret, whatever it is asked to tell', async () => {
    const env = { DATA_UNIVERSE_DEBUG: '1' };
    const { cloud, miner, auditLog } = operator.network;
    const { stdout, stderr } = await operator.miner(['upload', '--full-scan', '--verbose'], {
      env,
    });
    expect(stderr).toContain(`hotkey ${miner.signer.address}`);
    for (const text of [stdout, stderr, auditLog()]) {
      for (const secret of [miner.seed.slice(2), cloud.service.secretAccessKey])
        expect(text).not.toContain(secret);
      expect(text).not.toMatch(/"?signature"?: *"?0x|session_token|SessionToken/);
    }
  });
});
