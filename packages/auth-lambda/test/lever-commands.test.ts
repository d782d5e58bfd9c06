import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccessRequest } from '@data-universe/core-auth';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ENV, ROLES, run, serve, writeConfig, writeRegistry } from './command-fixture.ts';
import { callDynamo, makeTable } from './dynamo-server.ts';
import { miner, validator } from './service-fixture.ts';
import { GRANTED, startSts } from './sts-double.ts';
import { temporaryFolder } from './temporary-folder.ts';

const upload = { action: 'upload', source: 'x' } as const;
const read = { action: 'read', minerHotkey: miner.address } as const;
const SOON = 15_000;

async function configOf(state: object): Promise<object> {
  const { endpoint } = await startSts(GRANTED);
  const registry = await writeRegistry(await temporaryFolder());
  return { registry, bucket: 'my-bucket', endpoint, sts_endpoint: endpoint, ...ROLES, ...state };
}

const aFile = async () => ({ state_file: join(await temporaryFolder(), 'state.sqlite') });
const aTable = async () => {
  const { endpoint, table } = await makeTable();
  return { state_table: table, dynamodb_endpoint: endpoint, pause_cache_ms: 500 };
};

describe.each([
  ['a file', aFile],
  ['a table', aTable],
])('the levers in %s', (_, place) => {
  test('move two running services within seconds', async () => {
    const config = await configOf(await place());
    const [service, other] = [await serve(config), await serve(config)];
    const path = await writeConfig(config);
    const command = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await run([...args, '--config', path]);
      expect(stderr()).toBe('');
      expect(exitCode).toBe(0);
      return stdout();
    };
    const soon = (ask: () => Promise<string>, code: string) =>
      vi.waitFor(async () => expect(await ask()).toBe(code), SOON);
    expect(await service.ask(miner, upload)).toBe('Granted');

    expect(await command('deny', miner.address)).toContain('denied from its next request on');
    await soon(() => service.ask(miner, upload), 'Denied');
    await soon(() => other.ask(miner, upload), 'Denied');
    expect(await service.ask(validator, read)).toBe('Granted');
    expect(await command('allow', miner.address)).toContain('no longer denied');
    await soon(() => other.ask(miner, upload), 'Granted');

    expect(await command('pause', 'upload')).toContain('Requests to upload are paused');
    await soon(() => service.ask(miner, upload), 'Paused');
    await soon(() => other.ask(miner, upload), 'Paused');
    expect(await service.ask(validator, read)).toBe('Granted');
    expect(await command('pause', 'all')).toContain('All requests are paused');
    await soon(() => other.ask(validator, read), 'Paused');
    await command('resume', 'all');
    expect(await command('resume', 'upload')).toContain('no longer paused');
    await soon(() => service.ask(miner, upload), 'Granted');
    await soon(() => other.ask(validator, read), 'Granted');
  });

  test('are shown and told of in JSON', async () => {
    const config = await configOf({
      ...(await place()),
      denied_hotkeys: [validator.address],
      paused: ['read'],
    });
    await serve(config);
    const path = await writeConfig(config);
    const command = async (...args: string[]): Promise<unknown> => {
      const { exitCode, stdout } = await run([...args, '--config', path, '--json']);
      expect(exitCode).toBe(0);
      return JSON.parse(stdout());
    };
    const told = { changed: true, overruled: false };
    const { address: hotkey } = miner;
    const deny = ['deny', hotkey, '--reason', 'ticket 7'] as const;
    expect(await command(...deny)).toEqual({
      command: 'deny',
      hotkey,
      reason: 'ticket 7',
      ...told,
    });
    expect(await command('deny', hotkey)).toMatchObject({ changed: false });
    expect(await command('pause', 'upload')).toEqual({
      command: 'pause',
      actions: 'upload',
      ...told,
    });
    expect(await command('resume', 'read')).toMatchObject({ changed: false, overruled: true });
    expect(await command('allow', validator.address)).toMatchObject({ overruled: true });
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await command('levers')).toEqual({
      paused: [{ actions: 'upload', since, reason: null }],
      denied: [{ hotkey, since, reason: 'ticket 7' }],
      configured: { paused: ['read'], denied: [validator.address] },
    });
    const shown = (await run(['levers', '--config', path])).stdout();
    for (const part of [hotkey, 'ticket 7', validator.address, 'by the configuration file'])
      expect(shown).toContain(part);
  });

  test('refuse a replay on the other service', async () => {
    const config = await configOf({
      ...(await place()),
      audience: 'https://auth.example.com/auth',
    });
    const [service, other] = [await serve(config), await serve(config)];
    const audience = 'https://auth.example.com/auth';
    const identity = { signer: miner, network: 'finney', netuid: 13, audience };
    const body = JSON.stringify(createAccessRequest(upload, identity));
    const send = (url: string) => fetch(url, { method: 'POST', body });
    expect((await send(service.ready.url)).status).toBe(200);
    expect((await send(other.ready.url)).status).toBe(409);
  });
});

describe('a command', () => {
  test('takes its place from flags, over the file', async () => {
    const { state_file: path } = await aFile();
    const config = await writeConfig(await configOf({ state_table: 'Elsewhere' }));
    await serve(await configOf({ state_file: path }));
    const { exitCode, stdout } = await run([
      ...['deny', miner.address, '--config', config],
      ...['--state-file', path, '--json'],
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout())).toMatchObject({ changed: true });
  });

  test.each(['deny', 'allow', 'pause', 'resume', 'levers'])(
    '%s explains itself, with examples and exit codes',
    async (name) => {
      const { exitCode, stdout } = await run([name, '--help']);
      expect(exitCode).toBe(0);
      for (const part of ['Examples:', 'Exit codes:', '--json', '--state-table'])
        expect(stdout()).toContain(part);
    },
  );

  test('shows no control characters of a note that somebody else wrote', async () => {
    const place = await makeTable();
    const Item = { pk: { S: `deny#${miner.address}` }, reason: { S: '\u001b[2Jgone' } };
    await callDynamo(place, 'PutItem', { Item });
    const flags = ['--state-table', place.table, '--dynamodb-endpoint', place.endpoint];
    const { stdout } = await run(['levers', ...flags]);
    expect(stdout()).toContain('gone');
    expect(stdout()).not.toContain('\u001b');
  });

  test.each([
    ['no hotkey', ['deny', 'nobody'], 'not an ss58 address'],
    ['no argument', ['deny'], 'missing required argument'],
    ['another action', ['pause', 'delete'], 'upload'],
    ['a reason of two lines', ['pause', 'all', '--reason', 'a\nb'], 'one line'],
    ['a command that is none', ['forbid', miner.address], 'too many arguments'],
    ['no place', ['pause', 'all'], 'memory'],
    ['two places', ['levers', '--state-file', 'a', '--state-table', 'abc'], 'name one of'],
    ['a file that is not there', ['levers', '--state-file', '/nowhere/state'], 'no such file'],
    ['a bad name of a table', ['levers', '--state-table', 'a b'], 'not the name of a table'],
  ])('with %s ends with 2 and says why', async (_, args, hint) => {
    const { exitCode, stdout, stderr } = await run(args);
    expect(exitCode).toBe(2);
    expect(stderr()).toContain(hint);
    expect(stdout()).toBe('');
  });

  test('does not make a state where there is none', async () => {
    const { state_file: path } = await aFile();
    expect((await run(['pause', 'all', '--state-file', path])).exitCode).toBe(2);
    await writeFile(path, '');
    await chmod(path, 0o600);
    expect((await run(['pause', 'all', '--state-file', path])).exitCode).toBe(2);
  });

  test('without keys for the table ends with 2', async () => {
    const { exitCode, stderr } = await run(['levers', '--state-table', 'State'], {});
    expect(exitCode).toBe(2);
    expect(stderr()).toContain('AWS_ACCESS_KEY_ID');
  });

  test('ends with 3 where the state can’t be reached now', async () => {
    const flags = ['--state-table', 'State', '--dynamodb-endpoint', 'http://127.0.0.1:1'];
    const table = await run(['levers', ...flags]);
    expect(table.exitCode).toBe(3);
    expect(table.stderr()).toContain('127.0.0.1:1');
    expect(table.stderr()).not.toContain(ENV.AWS_SECRET_ACCESS_KEY);

    const { state_file: path } = await aFile();
    await serve(await configOf({ state_file: path }));
    const holder = new Database(path);
    onTestFinished(() => {
      holder.close();
    });
    holder.exec('BEGIN IMMEDIATE');
    expect((await run(['pause', 'all', '--state-file', path])).exitCode).toBe(3);
  });
});

test('a service does not start on a state that it can’t use', async () => {
  const { state_file: path } = await aFile();
  await writeFile(path, 'no database', { mode: 0o600 });
  const config = await writeConfig(await configOf({ state_file: path }));
  const { exitCode, stderr } = await run(['--config', config]);
  expect(exitCode).toBe(2);
  expect(stderr()).toContain('move it away');
});
