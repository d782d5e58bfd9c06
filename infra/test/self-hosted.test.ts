import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHotkeyAddress } from '@data-universe/core-auth';
import { StaticNeuronRegistry } from '@data-universe/subtensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandConfigSchema } from '../../packages/auth-lambda/src/server/command-config.ts';

const FOLDER = join(import.meta.dirname, '../self-hosted');
const file = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
/** The address of examples that everybody knows. */
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const EXECUTABLE = '/usr/local/bin/data-universe-auth';

describe('the files of a server of one’s own', () => {
  it('auth.json is a configuration that data-universe-auth takes, behind one proxy on loopback', () => {
    expect(commandConfigSchema.parse(JSON.parse(file('auth.json')))).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      path: '/auth',
      trust_proxy_header: true,
    });
  });

  it('auth.json keeps its state where the systemd unit lets the service write', () => {
    const { state_file: path } = commandConfigSchema.parse(JSON.parse(file('auth.json')));
    const [, folder] = /^StateDirectory=(\S+)$/m.exec(file('data-universe-auth.service')) ?? [];
    expect(path).toBe(`/var/lib/${folder}/state.sqlite`);
  });

  it('neurons.json is a static registry for the same subnet', async () => {
    const { network, netuid } = commandConfigSchema.parse(JSON.parse(file('auth.json')));
    const registry = await StaticNeuronRegistry.fromFile(join(FOLDER, 'neurons.json'), { network });
    if (!isHotkeyAddress(ALICE)) throw new Error('not an address');
    const neuron = await registry.lookup(netuid, ALICE);
    expect(neuron).toMatchObject({ registered: true, validatorPermit: true });
  });

  it.each(['nginx.conf', 'Caddyfile'])('%s leads to where auth.json listens', (name) => {
    const { host, port } = commandConfigSchema.parse(JSON.parse(file('auth.json')));
    expect(file(name)).toContain(`${host}:${port}`);
    // The service believes the last entry: it has to be the proxy's own.
    expect(file(name)).toMatch(/X-Forwarded-For (\$remote_addr|\{remote_host\})/);
  });

  it('the pm2 file starts one process and does not restart one that is set up wrongly', () => {
    const loaded: unknown = createRequire(import.meta.url)(join(FOLDER, 'ecosystem.config.cjs'));
    const { apps } = z
      .object({ apps: z.array(z.looseObject({ args: z.array(z.string()) })) })
      .parse(loaded);
    expect(apps).toMatchObject([
      {
        name: 'data-universe-auth',
        args: ['--config', '/etc/data-universe/auth.json'],
        exec_mode: 'fork',
        instances: 1,
        stop_exit_codes: [2],
      },
    ]);
  });
});

const hasSystemd =
  existsSync('/usr/bin/systemd-analyze') || process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';
const without = hasSystemd ? '' : ' (skipped: no systemd-analyze here)';

describe.skipIf(!hasSystemd)(`the systemd unit${without}`, () => {
  const withUnit = <T>(work: (path: string) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), 'unit-'));
    try {
      const path = join(folder, 'data-universe-auth.service');
      // verify asks for the program itself, which is not installed here.
      writeFileSync(path, file('data-universe-auth.service').replace(EXECUTABLE, process.execPath));
      return work(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('is understood by systemd, to the last line', () => {
    const said = withUnit((path) =>
      spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' }),
    );
    expect(said).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('leaves the service little to break: systemd rates its exposure below 2 of 10', () => {
    const report = withUnit((path) =>
      execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
        encoding: 'utf8',
      }),
    );
    const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(report) ?? [];
    expect(Number(exposure)).toBeLessThan(2);
  });
});
