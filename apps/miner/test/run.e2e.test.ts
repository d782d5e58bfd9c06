import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectEqualRows,
  type Operator,
  openGate,
  readTable,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { describe, expect, it, type TestContext } from 'vitest';

async function operator({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<Operator> {
  const started = await startOperator();
  onTestFinished(() => started.close());
  return started;
}

/** Resolves with what was printed once the text is in it. */
function printed(stream: NodeJS.ReadableStream | null, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    stream?.on('data', (chunk: unknown) => {
      all += String(chunk);
      if (all.includes(text)) resolve(all);
    });
    stream?.on('end', () => reject(new Error(`it ended without "${text}": ${all}`)));
  });
}

const cyclesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe.concurrent('data-universe-miner run', () => {
  it('publishes, waits for the next cycle, tells its metrics, and ends well when it is stopped', async (test) => {
    const { database, network, startMiner } = await operator(test);
    for (let n = 0; n < 50; n += 1) database.put(xPost(n, n % 5));
    const metrics = join(network.folder, 'miner.prom');
    const run = startMiner(['run', '--json'], {
      publishing: `{ interval_minutes: 1, metrics_file: ${JSON.stringify(metrics)} }`,
    });
    await printed(run.child.stdout, '\n');
    await test.expect
      .poll(() => readFileSync(metrics, 'utf8'))
      .toContain('next_cycle_timestamp_seconds ');
    run.child.kill('SIGTERM');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(cyclesOf(stdout)).toMatchObject([{ ok: true, stopped: false, rowsPublished: 50 }]);
    expectEqualRows(await network.published('x'), readTable(database.path, 'x'));
    const text = readFileSync(metrics, 'utf8');
    expect(text).toContain('data_universe_miner_dataset_rows{source="x"} 50\n');
    expect(text).toContain('data_universe_miner_cycles_total{outcome="ok"} 1\n');
  });

  it('goes on after a failure that may pass', async (test) => {
    const { database, network, startMiner } = await operator(test);
    database.put(xPost(1, 0));
    await network.stopService();
    const run = startMiner(['run', '--verbose']);
    const said = await printed(run.child.stderr, 'The next cycle begins in ');
    expect(said).toContain('could not be reached');
    run.child.kill('SIGINT');
    expect((await run.result).code).toBe(0);
  });

  it('ends at once where the set-up is wrong', async (test) => {
    const { miner } = await operator(test);
    const { code, stderr } = await miner(['run'], { database: '/no/such.sqlite' });
    expect(code).toBe(2);
    expect(stderr).toContain('There is no database at /no/such.sqlite');
    expect((await miner(['run', '--grace', 'soon'])).code).toBe(2);
  });

  it('gives a file that gets nowhere no more than its grace', async (test) => {
    const { database, network, startMiner, miner } = await operator(test);
    const gate = await openGate(network.cloud.endpoint);
    test.onTestFinished(() => gate.close());
    database.put(xPost(1, 0));
    const run = startMiner(['run', '--grace', '0.5'], { s3: `endpoint_url: "${gate.url}"` });
    await gate.reached;
    run.child.kill('SIGTERM');
    expect((await run.result).code).toBe(143);
    gate.open();
    expect((await miner(['upload'])).code).toBe(0);
    expectEqualRows(await network.published('x'), readTable(database.path, 'x'));
  });

  it('finishes what it is sending before it ends', async (test) => {
    const { database, network, startMiner } = await operator(test);
    const gate = await openGate(network.cloud.endpoint);
    test.onTestFinished(() => gate.close());
    for (let n = 0; n < 50; n += 1) database.put(xPost(n, n % 5));
    const run = startMiner(['run', '--json'], { s3: `endpoint_url: "${gate.url}"` });
    await gate.reached;
    run.child.kill('SIGTERM');
    await printed(run.child.stderr, 'Stopping');
    gate.open();
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(cyclesOf(stdout)).toMatchObject([{ ok: true, stopped: true }]);
  });
});
