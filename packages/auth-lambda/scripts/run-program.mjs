// Runs a program among this package's tests: `node scripts/run-program.mjs FILE [ARGUMENT...]`.
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [file, ...args] = process.argv.slice(2);
const root = join(import.meta.dirname, '..');
const folder = join(root, 'node_modules/.cache/programs');
const outfile = join(folder, `${basename(join(file, '..'))}-${basename(file, '.ts')}.mjs`);
await mkdir(folder, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['@data-universe/source'],
  external: ['better-sqlite3'],
  // What is bundled of CommonJS asks for Node's own modules so.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'error',
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
