// Writes the Lambda: one ES module, the licences of what is in it, and a zip of both whose bytes depend on nothing but
// the sources and the lockfile. `node packages/auth-lambda/scripts/bundle.mjs [FOLDER]`; see docs/deploy-aws.md.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';
import { strToU8, zipSync } from 'fflate';

const own = join(import.meta.dirname, '..');
const root = join(own, '../..');
const folder = resolve(process.argv[2] ?? join(own, 'lambda'));
const zipFile = `${folder}.zip`;

const { outputFiles, metafile } = await build({
  entryPoints: [join(own, 'src/lambda/handler.ts')],
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@data-universe/source'],
  legalComments: 'none',
  // aws4 is CommonJS, and requires modules of Node.
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  },
  plugins: [zodAsNamespace()],
  metafile: true,
  write: false,
  outfile: 'index.mjs',
});
const [bundle] = outputFiles;

/**
 * `import { z }` takes the whole of zod, its forty languages too, since `z` is one object; of a namespace esbuild keeps
 * what is used. The meaning is the same, and the module half the size.
 */
function zodAsNamespace() {
  return {
    name: 'zod-as-namespace',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]packages[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
        loader: 'ts',
        contents: readFileSync(path, 'utf8').replace(
          "import { z } from 'zod';",
          "import * as z from 'zod';",
        ),
      }));
    },
  };
}

/** The folder and manifest of each package that something of is in the bundle. */
function bundledPackages() {
  const [{ inputs }] = Object.values(metafile.outputs);
  const found = new Map();
  for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
    const at = input.lastIndexOf('node_modules/');
    if (at === -1 || bytesInOutput === 0) continue;
    const [scope, name] = input.slice(at + 'node_modules/'.length).split('/');
    const id = scope.startsWith('@') ? `${scope}/${name}` : scope;
    const packageFolder = join(root, input.slice(0, at), 'node_modules', ...id.split('/'));
    const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
    found.set(`${id} ${manifest.version}`, { folder: packageFolder, license: manifest.license });
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

function licences() {
  const parts = bundledPackages().map(([name, { folder: packageFolder, license }]) => {
    const file = readdirSync(packageFolder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    if (file === undefined) throw new Error(`${name} comes without the text of its licence`);
    const text = readFileSync(join(packageFolder, file), 'utf8').replaceAll('\r\n', '\n').trim();
    return `${name} (${license})\n\n${text}\n`;
  });
  const ownText = readFileSync(join(root, 'LICENSE'), 'utf8').trim();
  return [`data-universe-storage (MIT)\n\n${ownText}\n`, ...parts].join(`\n${'-'.repeat(72)}\n\n`);
}

const files = { 'LICENSES.txt': strToU8(licences()), 'index.mjs': bundle.contents };
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);

// Time, mode and system would be those of this machine; 1980, in whichever zone, is as early as the format knows.
const mtime = new Date(1980, 0, 1);
const entries = Object.entries(files).map(([name, content]) => [
  name,
  [content, { mtime, level: 9, os: 3, attrs: 0o100644 << 16 }],
]);
const zip = zipSync(Object.fromEntries(entries));
mkdirSync(dirname(zipFile), { recursive: true });
writeFileSync(zipFile, zip);

for (const [path, content] of [
  [join(folder, 'index.mjs'), bundle.contents],
  [zipFile, zip],
]) {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const shown = relative(process.cwd(), path).split(sep).join('/');
  console.log(`${sha256}  ${shown}  ${content.length.toLocaleString('en-US')} bytes`);
}
