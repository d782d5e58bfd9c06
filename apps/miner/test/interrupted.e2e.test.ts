import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectEqualRows,
  type Operator,
  openGate,
  readTable,
  redditPost,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { describe, expect, it, type TestContext } from 'vitest';

/** Tests that run at once have to be told by name when they end. */
type OnEnd = Pick<TestContext, 'onTestFinished'>;

async function operatorWithGate({ onTestFinished }: OnEnd) {
  const operator = await startOperator();
  const gate = await openGate(operator.network.cloud.endpoint);
  onTestFinished(async () => {
    await gate.close();
    await operator.close();
  });
  return { operator, gate, throughGate: { s3: `endpoint_url: "${gate.url}"` } };
}

async function expectPublished({ network, database }: Operator): Promise<void> {
  for (const source of ['x', 'reddit'] as const)
    expectEqualRows(await network.published(source), readTable(database.path, source));
}

// Each has a network of its own; most of the time they wait.
describe.concurrent('whatever comes between, the next upload puts it right', () => {
  it('a database that is written to all the time is published, and nothing of it is lost', async (test) => {
    const { operator, gate, throughGate } = await operatorWithGate(test);
    const { database } = operator;
    for (let n = 0; n < 400; n += 1) database.put(xPost(n, n % 30), redditPost(n, n % 30));

    let written = 400;
    const scraper = setInterval(() => {
      const n = written++;
      // Old hours and new ones, replacements and deletions, in the middle of whatever the upload does.
      database.put(xPost(n, n % 40), xPost(n % 97, (n % 97) % 30, { text: `again ${n}` }));
      database.put(redditPost(n, n % 40));
      database.delete(redditPost(n - 390, (n - 390) % 30).uri);
    }, 2);
    test.onTestFinished(() => clearInterval(scraper));

    const upload = operator.startMiner(['upload', '--json'], throughGate);
    await gate.reached;
    const whileItWaits = written;
    await expect.poll(() => written).toBeGreaterThan(whileItWaits + 20);
    gate.open();
    const { code, stdout, stderr } = await upload.result;
    clearInterval(scraper);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).rowsPublished).toBeGreaterThanOrEqual(800);

    const last = await operator.miner(['upload', '--json']);
    expect(last.code).toBe(0);
    expect(JSON.parse(last.stdout).rowsPublished).toBeGreaterThan(0);
    await expectPublished(operator);
  });

  it('of two uploads over one state directory the second says who is at work', async (test) => {
    const { operator, gate, throughGate } = await operatorWithGate(test);
    operator.database.put(xPost(1, 0));
    const first = operator.startMiner(['upload', '--json'], throughGate);
    await gate.reached;

    const [person, machine] = await Promise.all([
      operator.miner(['upload']),
      operator.miner(['upload', '--json']),
    ]);
    expect(person.code).toBe(3);
    expect(person.stderr).toContain(`The publisher with pid ${first.child.pid} is at work on `);
    expect(person.stderr).toContain('Wait until it is done, or stop it');
    expect(machine.code).toBe(3);
    expect(JSON.parse(machine.stdout).sources).toMatchObject([{ error: { code: 'Locked' } }]);

    gate.open();
    expect((await first.result).code).toBe(0);
    await expectPublished(operator);
  });

  it('Ctrl-C in the middle of an upload stops it, and the next one completes it', async (test) => {
    const { operator, gate, throughGate } = await operatorWithGate(test);
    operator.database.put(xPost(1, 0), redditPost(1, 0));
    const upload = operator.startMiner(['upload', '--json'], throughGate);
    await gate.reached;
    upload.child.kill('SIGINT');
    const { code, stdout, stderr } = await upload.result;
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping at the next safe point.');
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'Aborted' });

    gate.open();
    const next = await operator.miner(['upload', '--json']);
    expect([next.code, JSON.parse(next.stdout).rowsPublished]).toEqual([0, 2]);
    await expectPublished(operator);
  });

  it('a kill -9 in the middle of an upload is put right by the next one', async (test) => {
    const { operator, gate, throughGate } = await operatorWithGate(test);
    operator.database.put(xPost(1, 0), xPost(2, 1));
    const upload = operator.startMiner(['upload'], throughGate);
    await gate.reached;
    upload.child.kill('SIGKILL');
    await upload.result;
    gate.open();

    expect((await operator.miner(['upload'])).code).toBe(0);
    await expectPublished(operator);
    const { folder, network, netuid, miner } = operator.network;
    const state = join(folder, 'state-miner/s3', `${network}-${netuid}`, miner.signer.address, 'x');
    expect(readdirSync(join(state, 'staging'))).toEqual([]);
  });

  it('while the credential service is down an upload is exit code 3, and the next one puts it right', async ({
    onTestFinished,
  }) => {
    const operator = await startOperator();
    onTestFinished(() => operator.close());
    operator.database.put(xPost(1, 0));
    await operator.network.stopService();
    const [person, machine] = await Promise.all([
      operator.miner(['upload']),
      operator.miner(['upload', '--json'], {
        stateDirectory: `${operator.network.folder}/state-2`,
      }),
    ]);
    const origin = new URL(operator.network.authEndpoint).origin;
    expect([person.code, person.stdout]).toEqual([3, '']);
    expect(person.stderr).toContain(
      `x: error: ${origin} could not be reached (ECONNREFUSED): check the network and auth_endpoint\n` +
        'This may pass: run the same command again later.\n',
    );
    expect(machine.code).toBe(3);
    expect(JSON.parse(machine.stdout).sources).toMatchObject([
      { source: 'x', ok: false, error: { code: 'ServiceUnreachable', retryable: true } },
    ]);

    await operator.network.startService();
    const next = await operator.miner(['upload', '--json']);
    expect([next.code, JSON.parse(next.stdout).rowsPublished]).toEqual([0, 1]);
  });
});
