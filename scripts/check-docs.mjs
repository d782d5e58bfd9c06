// Holds the documents to the project: links lead somewhere, commands exist.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const { scripts, packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const BUILT_IN = new Set(['install', 'add', 'pack', 'publish', 'exec', 'run']);
const documents = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n');
const failures = [];

for (const document of documents) {
  const text = readFileSync(join(root, document), 'utf8');
  const fail = (what) => failures.push(`${document}: ${what}`);

  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target) || target.startsWith('#')) continue;
    const path = resolve(root, dirname(document), target.split('#')[0]);
    if (!existsSync(path)) fail(`link to ${target}, which is not there`);
  }

  for (const [, block] of text.matchAll(/```(?:sh|bash|console)\n([\s\S]*?)```/g)) {
    for (const [, version, name] of block.matchAll(/\bpnpm(@[\d.]+)? (?!-)([a-z:]+)/g)) {
      if (version && `pnpm${version}` !== packageManager)
        fail(`pnpm${version} is not ${packageManager}`);
      if (!(name in scripts) && !BUILT_IN.has(name))
        fail(`"pnpm ${name}" is no script of package.json`);
    }
  }
}

const readme = readFileSync(join(root, 'README.md'), 'utf8');
for (const command of ['demo', 'test']) {
  if (!readme.includes(`npx -y ${packageManager} ${command}`)) {
    failures.push(`README.md: does not show "npx -y ${packageManager} ${command}"`);
  }
}

for (const failure of failures) console.log(failure);
console.log(`${documents.length} documents checked`);
process.exitCode = failures.length === 0 ? 0 : 1;
