// Compiles wasm/fernet.ts (AssemblyScript) into src/privacy/fernet-kernel-bytes.ts; a test holds the two together.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The module's bytes. */
export async function compileKernel() {
  const source = await readFile(at('../wasm/fernet.ts'), 'utf8');
  let bytes;
  const { error, stderr } = await asc.main(
    [
      'fernet.ts',
      '--outFile',
      'fernet.wasm',
      '--runtime',
      'stub',
      '-O3',
      '--noAssert',
      '--use',
      'abort=',
    ],
    {
      readFile: (name) => (name === 'fernet.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'fernet.wasm') bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return Buffer.from(bytes);
}

/** The file as it should stand. */
export function sourceOf(bytes) {
  const lines = bytes.toString('base64').match(/.{1,90}/g) ?? [];
  return [
    '/** Compiled from wasm/fernet.ts by scripts/build-wasm.mjs; not to be edited. */',
    'export const FERNET_KERNEL = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(at('../src/privacy/fernet-kernel-bytes.ts'), sourceOf(await compileKernel()));
