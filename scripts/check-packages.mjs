// Packs every publishable package as `pnpm publish` would and checks the tarball: publint for what it
// declares, are-the-types-wrong for what a consumer's compiler sees, and the house's own rules.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'check-packages-'));
const failures = [];

function houseRules(manifest, files) {
  const wrong = [];
  for (const field of ['description', 'license', 'engines', 'sideEffects', 'files', 'exports']) {
    if (manifest[field] === undefined) wrong.push(`package.json has no "${field}"`);
  }
  if (!files.includes('package/README.md')) wrong.push('no README.md in the tarball');
  const test = files.find((file) => /(^|\/)test\/|\.test\./.test(file));
  if (test) wrong.push(`a test in the tarball: ${test}`);
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    if (/^(workspace|catalog|link|file):/.test(range))
      wrong.push(`unresolved range ${name}@${range}`);
    if (PRIVATE.has(name)) wrong.push(`depends on the private package ${name}`);
  }
  return wrong;
}

const folders = ['packages', 'apps', 'examples']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .map((folder) => ({
    folder,
    own: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  }));
const PRIVATE = new Set(folders.filter(({ own }) => own.private).map(({ own }) => own.name));

for (const { folder, own } of folders.filter(({ own }) => !own.private)) {
  const before = new Set(readdirSync(work));
  execFileSync('pnpm', ['pack', '--pack-destination', work], { cwd: folder, stdio: 'pipe' });
  const tarball = join(
    work,
    readdirSync(work).find((name) => !before.has(name)),
  );
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const manifest = JSON.parse(
    execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
  );
  const wrong = houseRules(manifest, files);

  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  wrong.push(...messages.map((message) => formatMessage(message, pkg)));

  try {
    const attw = join(root, 'node_modules/.bin/attw');
    execFileSync(attw, [tarball, '--profile', 'esm-only', '--format', 'ascii'], { stdio: 'pipe' });
  } catch (error) {
    wrong.push(`are-the-types-wrong:\n${error.stdout}`);
  }

  console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${own.name} (${files.length} files)`);
  for (const what of wrong) console.log(`       ${what}`);
  if (wrong.length > 0) failures.push(own.name);
}
rmSync(work, { recursive: true });
process.exitCode = failures.length === 0 ? 0 : 1;
