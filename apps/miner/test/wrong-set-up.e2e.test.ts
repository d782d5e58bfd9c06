import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AppOptions,
  type Operator,
  runApp,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator();
  operator.database.put(xPost(1, 0));
});
afterAll(async () => {
  // None of it has reached the store.
  expect(await operator.network.owner.keys()).toEqual([]);
  await operator.close();
});

/** Runs an upload that is refused; what a person reads of it, and the document of a machine. */
async function refused(options: AppOptions, args: readonly string[] = []) {
  const { code, stdout, stderr } = await operator.miner(['upload', '--json', ...args], options);
  expect(code).toBe(2);
  const document = JSON.parse(stdout);
  return { text: `${stderr}${document.error?.message ?? ''}`, document };
}

describe.concurrent('what has to be put right first is exit code 2, and said', () => {
  it('a hotkey that is not registered', async () => {
    const { text, document } = await refused({ as: operator.network.stranger });
    const { address } = operator.network.stranger.signer;
    expect(text).toContain(
      `x: error: Hotkey ${address} is not registered on subnet 13 of test; register it, or check which wallet is configured.`,
    );
    expect(document).toMatchObject({
      ok: false,
      sources: [{ source: 'x', ok: false, error: { code: 'NotRegistered', exit_code: 2 } }],
    });
  });

  it('a configuration with several typos: each by key and line', async () => {
    const config = join(operator.network.folder, 'typos.yaml');
    writeFileSync(
      config,
      `netwrok: test
netuid: thirteen
wallet: { nmae: miner }
storage:
  type: s4
  s3:
    auth_endpont: "https://example.com/auth"
    bucket_name: Not_A_Bucket
`,
    );
    const run = (...args: string[]) =>
      runApp('miner', ['upload', '--config', config, ...args], { cwd: operator.network.folder });
    const { code, stderr, stdout } = await run();
    expect([code, stdout]).toEqual([2, '']);
    for (const line of [
      'typos.yaml:1:1: netwrok: unknown key: did you mean network?',
      'typos.yaml:2:1: netuid: expected a whole number from 0 to 65535, found "thirteen"',
      'typos.yaml:3:11: wallet.nmae: unknown key: did you mean name?',
      'typos.yaml:5:3: storage.type: expected s3, huggingface or dual, found "s4": did you mean s3?',
      'typos.yaml:7:5: storage.s3.auth_endpont: unknown key: did you mean auth_endpoint?',
      'typos.yaml:8:5: storage.s3.bucket_name: expected a bucket name',
    ])
      expect(stderr).toContain(line);
    const document = JSON.parse((await run('--json')).stdout);
    expect(document.error).toMatchObject({ code: 'ConfigInvalid', exit_code: 2 });
    expect(document.error.problems).toHaveLength(6);
  });

  it('a configuration file that is not there', async () => {
    const { folder } = operator.network;
    const { code, stderr } = await runApp('miner', ['upload', '--config', 'none.yaml'], {
      cwd: folder,
    });
    expect([code, stderr]).toEqual([
      2,
      'error: there is no configuration file none.yaml: check the path given by --config\n',
    ]);
  });

  it('another bucket than the credential service grants', async () => {
    const { text, document } = await refused({
      env: { DATA_UNIVERSE_S3_BUCKET: 'another-bucket' },
    });
    expect(text).toMatch(
      /grants the bucket "data-universe-storage".*expects "another-bucket": correct one/,
    );
    expect(document.sources).toMatchObject([{ error: { code: 'PermissionDenied' } }]);
  });

  it.each([
    [
      'is not there',
      () => undefined,
      /There is no database at .*Check the path/,
      'DatabaseNotFound',
    ],
    [
      'is no SQLite',
      (path: string) => writeFileSync(path, 'hello\n'.repeat(1000)),
      /is not a healthy SQLite database.*Check the path/,
      'DatabaseMalformed',
    ],
    [
      'has no table of a miner',
      (path: string) => writeFileSync(path, ''),
      /has no table DataEntity. Check that this is the miner's database/,
      'DatabaseMalformed',
    ],
  ])('a database that %s', async (name, make, said, code) => {
    const database = join(operator.network.folder, `${name}.sqlite`);
    make(database);
    const { text, document } = await refused({}, ['--database', database]);
    expect(text).toMatch(said);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(document.error).toMatchObject({ code, exit_code: 2 });
  });

  it('a keyfile that others may read', async () => {
    const { folder, otherMiner } = operator.network;
    const keyfile = join(folder, 'wallets', otherMiner.name, 'hotkeys', 'default');
    chmodSync(keyfile, 0o644);
    const { text } = await refused({ as: otherMiner });
    expect(text).toContain(`run "chmod 600 ${keyfile}"`);
    expect(text).not.toContain(otherMiner.seed.slice(2));
  });

  it('a wallet that is not there', async () => {
    const { text } = await refused({ as: { ...operator.network.miner, name: 'nobody' } });
    expect(text).toMatch(/there is no hotkey .*check wallet.name.*btcli/);
  });
});

it('makes no state before the set-up is right', () => {
  expect(existsSync(join(operator.network.folder, 'state-stranger'))).toBe(false);
});
