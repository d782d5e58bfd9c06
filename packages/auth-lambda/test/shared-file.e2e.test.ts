import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createAccessRequest } from '@data-universe/core-auth';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ENV, ROLES, writeConfig, writeRegistry } from './command-fixture.ts';
import { miner } from './service-fixture.ts';
import { GRANTED, startSts } from './sts-double.ts';
import { temporaryFolder } from './temporary-folder.ts';

const built = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const AUDIENCE = 'https://auth.example.com/auth';

beforeAll(() => expect(existsSync(built), 'build the package first').toBe(true));

function program(...args: string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const child = spawn(process.execPath, [built, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...ENV },
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

/** A service in a process of its own. */
async function startProcess(config: string): Promise<{ url: string; child: ChildProcess }> {
  const child = program('--config', config);
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
  ]);
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(String(line)));
  return { url, child };
}

async function configOf(changes: object = {}): Promise<string> {
  const folder = await temporaryFolder();
  const { endpoint } = await startSts(GRANTED);
  return await writeConfig({
    registry: await writeRegistry(folder),
    state_file: join(folder, 'state.sqlite'),
    audience: AUDIENCE,
    bucket: 'my-bucket',
    endpoint,
    sts_endpoint: endpoint,
    ...ROLES,
    ...changes,
  });
}

const signed = () =>
  JSON.stringify(
    createAccessRequest(
      { action: 'upload', source: 'x' },
      { signer: miner, network: 'finney', netuid: 13, audience: AUDIENCE },
    ),
  );

async function codeOf(url: string, body: string): Promise<string> {
  const answer = await (await fetch(url, { method: 'POST', body })).json();
  const { error } = z.object({ error: z.object({ code: z.string() }).optional() }).parse(answer);
  return error?.code ?? 'Granted';
}

const tally = (codes: readonly string[]) =>
  Object.fromEntries(
    [...new Set(codes)].map((code) => [code, codes.filter((c) => c === code).length]),
  );

describe('two processes that share a state file', () => {
  test('serve one of twenty copies of a request that reach them at once, time after time', async () => {
    const config = await configOf();
    const services = await Promise.all([startProcess(config), startProcess(config)]);
    for (let round = 0; round < 10; round += 1) {
      const body = signed();
      const copies = Array.from({ length: 20 }, (_, index) =>
        codeOf(services[index % 2]?.url ?? '', body),
      );
      expect(tally(await Promise.all(copies))).toEqual({ Granted: 1, Replayed: 19 });
    }
  });

  test('charge one quota, to the last request of the day', async () => {
    const config = await configOf({ uploads_per_day: 7 });
    const services = await Promise.all([startProcess(config), startProcess(config)]);
    const asked = Array.from({ length: 20 }, (_, index) =>
      codeOf(services[index % 2]?.url ?? '', signed()),
    );
    expect(tally(await Promise.all(asked))).toEqual({ Granted: 7, QuotaExceeded: 13 });
  });

  test('know each other’s nonces though one is killed and started anew', async () => {
    const config = await configOf();
    const first = await startProcess(config);
    const body = signed();
    expect(await codeOf(first.url, body)).toBe('Granted');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await startProcess(config);
    expect(await codeOf(second.url, body)).toBe('Replayed');
  });

  test('obey the owner’s command from a third', async () => {
    const config = await configOf();
    const service = await startProcess(config);
    const denial = program('deny', miner.address, '--config', config, '--json');
    const [[code], [line]] = await Promise.all([
      once(denial, 'exit'),
      once(createInterface(denial.stdout), 'line'),
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(String(line))).toMatchObject({ command: 'deny', changed: true });
    expect(await codeOf(service.url, signed())).toBe('Denied');
  });
});
