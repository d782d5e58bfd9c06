import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccessRequest } from '@data-universe/core-auth';
import { describe, expect, test } from 'vitest';
import { ENV, run, writeRegistry } from './command-fixture.ts';
import { miner } from './service-fixture.ts';
import { GRANTED, SECRETS, startSts } from './sts-double.ts';
import { temporaryFolder } from './temporary-folder.ts';

const roles = [
  ...['--upload-role-arn', 'arn:aws:iam::123456789012:role/uploader'],
  ...['--read-role-arn', 'arn:aws:iam::123456789012:role/reader'],
];

describe('the command', () => {
  test('serves what its flags say, and writes one audit line for each decision', async () => {
    const registry = await writeRegistry(await temporaryFolder());
    const { endpoint, seen } = await startSts(GRANTED);
    const place = ['--bucket', 'my-bucket', '--sts-endpoint', endpoint, '--endpoint', endpoint];
    const service = await run(['--registry', registry, ...place, ...roles]);

    const lines = service.stdout().trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const ready = JSON.parse(lines[0] ?? '');
    expect(ready).toMatchObject({ event: 'ready', bucket: 'my-bucket', netuid: 13, endpoint });
    expect(ready.audience).toBe(ready.url);

    const scope = { action: 'upload', source: 'x' } as const;
    const identity = { signer: miner, network: 'finney', netuid: 13, audience: ready.url };
    const body = JSON.stringify(createAccessRequest(scope, identity));
    const first = await fetch(ready.url, { method: 'POST', body });
    expect(await first.json()).toMatchObject({ bucket: 'my-bucket', endpoint });
    expect((await fetch(ready.url, { method: 'POST', body })).status).toBe(409);
    expect(seen).toHaveLength(1);

    const audit = service
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(audit.map(({ decision }) => decision)).toEqual(['granted', 'refused']);
    for (const secret of [...Object.values(SECRETS), ENV.AWS_SECRET_ACCESS_KEY])
      expect(service.stdout() + service.stderr()).not.toContain(secret);
  });

  test('answers Prometheus on an address of its own, and rotates its audit log when told', async () => {
    const folder = await temporaryFolder();
    const audit = join(folder, 'audit.jsonl');
    const { endpoint } = await startSts(GRANTED);
    const place = ['--bucket', 'my-bucket', '--sts-endpoint', endpoint];
    const output = ['--audit-file', audit, '--metrics-port', '0'];
    const registry = ['--registry', await writeRegistry(folder)];
    const service = await run([...registry, ...place, ...roles, ...output]);
    const ready = JSON.parse(service.stdout());
    expect(new URL(ready.metrics).hostname).toBe('127.0.0.1');
    expect(new URL(ready.metrics).port).not.toBe(new URL(ready.url).port);

    await fetch(ready.url, { method: 'POST', body: '{}' });
    await rename(audit, `${audit}.1`);
    await service.reopenAuditLog();
    await fetch(ready.url, { method: 'POST', body: '[]' });
    for (const path of [`${audit}.1`, audit])
      expect((await readFile(path, 'utf8')).match(/"code":"BadRequest"/g)).toHaveLength(1);
    const metrics = await (await fetch(ready.metrics)).text();
    expect(metrics).toContain(
      'data_universe_auth_decisions_total{code="BadRequest",action="none"} 2',
    );
    expect((await fetch(new URL('/metrics', ready.url))).status).toBe(404);
  });

  test('reads a configuration file, over which flags win', async () => {
    const folder = await temporaryFolder();
    const [config, audit] = [join(folder, 'auth.json'), join(folder, 'audit.jsonl')];
    const keys = {
      registry: await writeRegistry(folder),
      bucket: 'from-the-file',
      region: 'eu-north-1',
      audience: 'https://auth.example.com/auth',
      upload_role_arn: roles[1],
      read_role_arn: roles[3],
      audit_file: audit,
      denied_hotkeys: [miner.address],
    };
    await writeFile(config, JSON.stringify(keys));
    const service = await run(['--config', config, '--bucket', 'from-a-flag']);
    const ready = JSON.parse(service.stdout());
    const { audience } = keys;
    expect(ready).toMatchObject({ bucket: 'from-a-flag', region: 'eu-north-1', audience });

    const scope = { action: 'upload', source: 'x' } as const;
    const identity = { signer: miner, network: 'finney', netuid: 13, audience };
    const body = JSON.stringify(createAccessRequest(scope, identity));
    const response = await fetch(ready.url, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ error: { code: 'Denied' } });
    expect(JSON.parse(await readFile(audit, 'utf8'))).toMatchObject({ code: 'Denied', uid: 7 });
    expect((await stat(audit)).mode & 0o777).toBe(0o600);
    expect(service.stderr()).toBe('');
  });

  test('explains itself', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout()).toContain('Examples:');
  });
});

describe('a mistake ends with exit code 2 and says what is wrong', () => {
  test('in a flag', async () => {
    const { exitCode, stderr } = await run(['--prot', '80']);
    expect(exitCode).toBe(2);
    expect(stderr()).toContain("unknown option '--prot'");
    expect((await run(['--port', 'eighty'])).stderr()).toContain('whole number');
  });

  test('in a missing or misspelt key', async () => {
    const config = join(await temporaryFolder(), 'auth.json');
    await writeFile(config, JSON.stringify({ buckett: 'my-bucket' }));
    const { exitCode, stderr } = await run(['--config', config]);
    expect(exitCode).toBe(2);
    for (const key of ['buckett', 'registry', 'upload_role_arn']) expect(stderr()).toContain(key);
  });

  test('in a file that is not there or no JSON', async () => {
    const folder = await temporaryFolder();
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{');
    expect((await run(['--config', join(folder, 'none.json')])).stderr()).toContain('none.json');
    expect((await run(['--config', broken])).stderr()).toContain('broken.json');
    const flags = ['--bucket', 'my-bucket', ...roles];
    expect((await run(['--registry', broken, ...flags])).exitCode).toBe(2);
  });

  test('in a registry of another subnet', async () => {
    const registry = await writeRegistry(await temporaryFolder(), 14);
    const { exitCode, stderr } = await run(['--registry', registry, '--bucket', 'abc', ...roles]);
    expect(exitCode).toBe(2);
    expect(stderr()).toContain('subnet 14');
  });

  test('in credentials that are not in the environment', async () => {
    const registry = await writeRegistry(await temporaryFolder());
    const args = ['--registry', registry, '--bucket', 'abc', ...roles];
    const { exitCode, stderr } = await run(args, {});
    expect(exitCode).toBe(2);
    expect(stderr()).toContain('AWS_ACCESS_KEY_ID');
  });

  test('in an audit file that cannot be written', async () => {
    const folder = await temporaryFolder();
    const registry = await writeRegistry(folder);
    const args = ['--registry', registry, '--bucket', 'abc', ...roles, '--audit-file', folder];
    const { exitCode, stderr } = await run(args);
    expect(exitCode).toBe(2);
    expect(stderr()).toContain('EISDIR');
  });
});
