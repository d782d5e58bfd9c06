// Builds a program of the workspace and runs it in this process: `node scripts/run-built.mjs FOLDER [ARGUMENT...]`.
// What the build says stays off standard output, which belongs to the program.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...args] = process.argv.slice(2);
const root = join(import.meta.dirname, '..');
const { name, bin } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

if (process.stderr.isTTY) process.stderr.write('building...\r');
const build = spawnSync(
  join(root, 'node_modules/.bin/turbo'),
  ['run', 'build', `--filter=${name}...`, '--output-logs=errors-only'],
  {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    shell: process.platform === 'win32',
  },
);
if (build.status !== 0) {
  process.stderr.write(`${build.error ?? ''}${build.stdout ?? ''}${build.stderr ?? ''}`);
  process.exit(1);
}
const program = join(root, folder, Object.values(bin)[0]);
process.argv = [process.argv[0], program, ...args];
await import(pathToFileURL(program).href);
