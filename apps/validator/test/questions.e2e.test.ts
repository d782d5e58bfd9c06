import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import {
  expectEqualRows,
  hourOf,
  type Operator,
  oddRows,
  readTable,
  redditPost,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let operator: Operator;
let miner: string;
beforeAll(async () => {
  operator = await startOperator();
  miner = operator.network.miner.signer.address;
  const { database } = operator;
  for (let n = 0; n < 60; n += 1) database.put(xPost(n, n % 6));
  database.put(...oddRows(7), redditPost(1, 0), redditPost(2, 1));
  const { code, stderr } = await operator.miner(['upload']);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
});
afterAll(() => operator.close());

/** A port where nothing listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const ask = (...args: string[]) => operator.validator(args);

describe.concurrent('data-universe-validator', () => {
  it('list names the files of the signed manifest', async () => {
    const [person, machine] = await Promise.all([ask('list', miner), ask('list', miner, '--json')]);
    expect([person.code, machine.code]).toEqual([0, 0]);
    expect(person.stdout).toMatch(/^source +file +rows +size +from +to\n/);
    const { files } = JSON.parse(machine.stdout);
    expect(files.map((file: { source: string; rows: number }) => [file.source, file.rows])).toEqual(
      [
        ['x', 70],
        ['reddit', 2],
      ],
    );
    const keys = await operator.network.owner.keys();
    for (const { key } of files) expect(keys).toContain(key);
  });

  it('stats sums them up', async () => {
    const { code, stdout } = await ask('stats', miner, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      minerHotkey: miner,
      sources: [
        { source: 'reddit', sequence: 1, files: 1, rows: 2, oldest: '2026-01-01T00:00:01.000Z' },
        { source: 'x', sequence: 1, files: 1, rows: 70, rejectedManifests: 0 },
      ],
      totals: { files: 2, rows: 72 },
    });
  });

  it('read --json gives every row as the miner has it', async () => {
    expectEqualRows(await operator.readBack('x'), readTable(operator.database.path, 'x'));
  });

  it('read narrows by time and label, and says when it stopped early', async () => {
    const range = ['--from', hourOf(1).toISOString(), '--to', hourOf(2).toISOString()];
    const { stdout, stderr } = await ask('read', miner, '--source', 'x', ...range, '--unlabelled');
    const expected = [1, 7, 13, 19, 25, 31, 37, 43, 49, 55].filter((n) => n % 3 === 0);
    const found = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '');
    expect(found).toHaveLength(expected.length);
    expect(stderr).not.toContain('there are more');

    const labelled = await ask(
      ...['read', miner, '--source', 'x', '--label', '#label1', '--label', '#label2'],
      ...['--max', '3', '--json'],
    );
    const { entities, more } = JSON.parse(labelled.stdout);
    expect(entities).toHaveLength(3);
    for (const { label } of entities) expect(['#label1', '#label2']).toContain(label);
    expect(more).toBe(true);
    expect(labelled.stderr).toContain('Stopped after 3: there are more (--max).');
  });

  it('read shows a person nothing that steers the terminal', async () => {
    const { code, stdout } = await ask('read', miner, '--source', 'x');
    expect(code).toBe(0);
    expect(stdout).toContain('\\u001b[2J\\u202e');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  });

  it('validate is 0 where the miner holds all, and 1 where one is missing', async () => {
    const held = [xPost(3, 3).uri, redditPost(2, 1).uri];
    const all = await ask('validate', miner, ...held);
    expect([all.code, all.stdout]).toEqual([
      0,
      `held  source  uri\nyes   x       ${held[0]}\nyes   reddit  ${held[1]}\n`,
    ]);
    const none = 'https://x.com/none/status/1';
    const some = await ask('validate', miner, none, held[0] ?? '', '--json');
    expect(some.code).toBe(1);
    expect(JSON.parse(some.stdout)).toMatchObject({
      present: 1,
      absent: 1,
      findings: [
        { uri: none, present: false },
        { uri: held[0], present: true, source: 'x', entity: { label: null, source: 2 } },
      ],
    });
  });

  it('a miner that has published nothing is no error', async () => {
    const other = operator.network.otherMiner.signer.address;
    const [list, stats, read] = await Promise.all([
      ask('list', other),
      ask('stats', other, '--json'),
      ask('read', other, '--source', 'x'),
    ]);
    expect([list.code, list.stdout]).toEqual([0, 'This miner has published nothing.\n']);
    expect([stats.code, JSON.parse(stats.stdout).sources]).toEqual([0, []]);
    expect([read.code, read.stdout]).toEqual([0, '']);
  });

  it('a hotkey without a validator permit is refused, exit code 2', async () => {
    const as = operator.network.otherMiner;
    const { code, stdout, stderr } = await operator.validator(['stats', miner], { as });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('holds no validator permit on subnet 13 of test');
    const machine = await operator.validator(['read', miner, '--source', 'x', '--json'], { as });
    expect(machine.code).toBe(2);
    expect(JSON.parse(machine.stdout).error).toMatchObject({ code: 'NoValidatorPermit' });
  });

  it('a credential service that does not answer is exit code 3', async () => {
    const env = { DATA_UNIVERSE_S3_AUTH_ENDPOINT: `http://127.0.0.1:${await freePort()}/auth` };
    const { code, stdout, stderr } = await operator.validator(['stats', miner], { env });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('could not be reached (ECONNREFUSED): check the network');
  });
});
