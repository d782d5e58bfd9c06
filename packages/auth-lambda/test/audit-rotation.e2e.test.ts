import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ENV, ROLES, writeConfig, writeRegistry } from './command-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

const built = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

beforeAll(() => expect(existsSync(built), 'build the package first').toBe(true));

async function start(settings: object) {
  const folder = await temporaryFolder();
  const registry = await writeRegistry(folder);
  const audit = join(folder, 'audit.jsonl');
  const config = { registry, bucket: 'my-bucket', ...ROLES, ...settings };
  const child = spawn(
    process.execPath,
    [built, '--config', await writeConfig(config), '--audit-file', audit],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...ENV } },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, audit, url: String(JSON.parse(String(line)).url) };
}

const ask = async (url: string) => (await fetch(url, { method: 'POST', body: '{}' })).status;
const linesIn = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n');

test('after SIGHUP the audit log goes on in a new file, and the service goes on', async () => {
  const { child, audit, url } = await start({});
  const said = createInterface(child.stderr);
  expect(await ask(url)).toBe(400);
  await rename(audit, `${audit}.1`);
  const heard = once(said, 'line');
  child.kill('SIGHUP');
  expect(String(await heard)).toContain('audit log reopened');
  expect(await ask(url)).toBe(400);
  expect(await linesIn(`${audit}.1`)).toHaveLength(1);
  expect(await linesIn(audit)).toHaveLength(1);

  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});
