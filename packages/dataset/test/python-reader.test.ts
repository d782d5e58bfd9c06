import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signerFromUri } from '@data-universe/core-auth';
import { bytesSource, keyUnder, readAll, sha256Of } from '@data-universe/storage-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  blockListKey,
  type DatasetChange,
  dataFileName,
  loadDataset,
  type ManifestFile,
  manifestKey,
  nextManifest,
  signManifest,
} from '../src/index.ts';
import {
  Chain,
  dataset,
  firstManifest,
  identity,
  listed,
  meta,
  nothing,
  signAnything,
} from './support/chain.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

// A process for each dataset that is read.
vi.setConfig({ testTimeout: 120_000 });

const script = fileURLToPath(new URL('../../../docs/verify_dataset.py', import.meta.url));
const found = spawnSync('python3', ['--version']).status === 0;
const required = process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';
const title =
  found || required ? 'the reader in Python' : 'the reader in Python (skipped: no python3)';

interface Said {
  readonly ok: boolean;
  readonly why?: string;
  readonly sequence?: number;
  readonly head?: string | null;
  readonly files?: readonly string[];
  readonly totals?: object;
  readonly rejected?: readonly { readonly sequence: number; readonly why: string }[];
}

function read(
  folder: string,
  { hotkey, source, network, netuid }: typeof identity = identity,
): Said {
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [
      '-B',
      script,
      folder,
      '--hotkey',
      hotkey,
      '--source',
      source,
      '--network',
      network,
      '--netuid',
      String(netuid),
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  const said = JSON.parse(stdout) as Said;
  expect(status).toBe(said.ok ? 0 : 1);
  return said;
}

/** What a dataset of manifests alone is said to be: its files are not there to be looked at. */
function readChain(folder: string): Said {
  const program = `import json, sys; sys.path.insert(0, sys.argv[1]); import verify_dataset as v
store, identity = v.Folder(sys.argv[2]), json.loads(sys.argv[3])
try:
  d = v.load_dataset(store, 'data/%s/%s/' % (identity['source'], identity['hotkey']), identity)
  print(json.dumps({'ok': True, 'sequence': d['sequence'], 'head': d['head'], 'rejected': d['rejected'],
    'files': sorted(d['files']), 'totals': v.totals_of(d['files'], d['masks']), 'masks': d['masks']}))
except v.Invalid as error: print(json.dumps({'ok': False, 'why': str(error)}))`;
  const { stdout, stderr } = spawnSync(
    'python3',
    ['-B', '-c', program, dirname(script), folder, JSON.stringify(identity)],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Said;
}

const BLOCK_SIZE = 4_096;

/** A file of which this format knows no more than that it begins and ends as Parquet does. */
async function put({ backend }: Chain, rows: number): Promise<ManifestFile> {
  const bytes = Buffer.alloc(rows * 100, `row ${rows} `);
  bytes.write('PAR1', 0);
  bytes.write('PAR1', bytes.byteLength - 4);
  const blocks: Buffer[] = [];
  for (let start = 0; start < bytes.byteLength; start += BLOCK_SIZE)
    blocks.push(
      createHash('sha256')
        .update(bytes.subarray(start, start + BLOCK_SIZE))
        .digest(),
    );
  const blockList = Buffer.concat(blocks);
  const [sha256, block_list] = [sha256Of(bytes), sha256Of(blockList)];
  const name = dataFileName(new Date(0), rows, sha256);
  await backend.put(keyUnder(dataset, name), bytesSource(bytes), { sha256 });
  await backend.put(blockListKey(dataset, block_list), bytesSource(blockList), {
    sha256: block_list,
  });
  const size = bytes.byteLength;
  return { ...listed(0), name, rows, sha256, size, block_size: BLOCK_SIZE, block_list };
}

async function copyOf(
  chain: Pick<Chain, 'backend'>,
  folder: { path(name: string): string },
  name = 'store',
): Promise<string> {
  const target = folder.path(name);
  await mkdir(target, { recursive: true });
  for await (const { key } of chain.backend.list(dataset)) {
    const { body } = await chain.backend.get(key);
    await mkdir(dirname(join(target, key)), { recursive: true });
    await writeFile(join(target, key), await readAll(body));
  }
  return target;
}

describe.skipIf(!found && !required)(title, () => {
  let chain: Chain;
  let file: ManifestFile;
  const folder = useTemporaryFolder();

  beforeAll(async () => {
    chain = new Chain();
    for (const rows of [300, 40]) {
      file = await put(chain, rows);
      await chain.commit({ added: [file] });
    }
    await chain.commit({
      masked: [
        {
          name: file.name,
          rows: [
            [2, 4],
            [7, 8],
          ],
        },
      ],
    });
  });

  test('agrees with this one on a dataset, its files and their blocks', async () => {
    const { state } = chain;
    expect(read(await copyOf(chain, folder))).toEqual({
      ok: true,
      sequence: 3,
      head: state.head,
      rejected: [],
      totals: { ...state.totals },
      files: [...state.files.keys()].sort(),
    });
  });

  test('accepts the manifest that the first version of this code signed', async () => {
    const path = new URL('./vectors/manifest-v1.json', import.meta.url);
    const { object } = JSON.parse(await readFile(path, 'utf8')) as { object: string };
    const vector = new Chain();
    await vector.put(1, Buffer.from(object));
    const said = readChain(await copyOf(vector, folder, 'vector'));
    expect(said).toMatchObject({ ok: true, sequence: 1, head: sha256Of(Buffer.from(object)) });
  });

  test('says that a dataset without any manifest is empty', () => {
    expect(read(folder.path('nothing'))).toMatchObject({ ok: true, sequence: 0, files: [] });
  });

  test.each([
    ['byte of a file', () => `${dataset}${file.name}`, /is not what was signed|not the bytes/],
    ['block list', () => blockListKey(dataset, file.block_list), /another block list/],
    [
      'manifest before the newest',
      () => manifestKey(dataset, 2),
      /not JSON|not the fields|signature|RFC 8785|of another/,
    ],
  ])('finds an altered %s', async (what, keyOf, said) => {
    const store = await copyOf(chain, folder, what.replaceAll(' ', '-'));
    const path = join(store, keyOf());
    const bytes = await readFile(path);
    const at = Math.floor(bytes.byteLength / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(read(store)).toEqual({ ok: false, why: expect.stringMatching(said) });
  });

  test.each([
    ['file', () => `${dataset}${file.name}`],
    ['block list', () => blockListKey(dataset, file.block_list)],
    ['link of the chain', () => manifestKey(dataset, 2)],
  ])('finds a missing %s', async (what, keyOf) => {
    const store = await copyOf(chain, folder, `without-${what.replaceAll(' ', '-')}`);
    await rm(join(store, keyOf()));
    expect(read(store)).toEqual({ ok: false, why: expect.stringContaining('is missing') });
  });

  test('takes nothing for another network, subnet or source', async () => {
    const store = await copyOf(chain, folder);
    expect(read(store, { ...identity, netuid: 14 as 13 }).why).toContain('of another netuid');
    expect(read(store, { ...identity, network: 'finney' as 'test' }).why).toContain(
      'of another network',
    );
  });

  test('passes over what somebody without the key put on top, and says so', async () => {
    const bob = signerFromUri('//Bob');
    const next = nextManifest(chain.state, nothing, meta);
    const foreign = signManifest({ ...next, hotkey: bob.address }, bob);
    const forged = Buffer.from(Buffer.from(foreign).toString().replace(bob.address, meta.hotkey));
    const store = await copyOf(chain, folder, 'on-top');
    await writeFile(join(store, manifestKey(dataset, 4)), foreign);
    await writeFile(
      join(store, manifestKey(dataset, 5)),
      signAnything({ ...next, sequence: 5, more: 1 }),
    );
    await writeFile(join(store, manifestKey(dataset, 6)), forged);
    expect(read(store)).toMatchObject({
      ok: true,
      sequence: 3,
      rejected: [
        { sequence: 6, why: expect.stringMatching(/another number|signature/) },
        { sequence: 5, why: expect.stringContaining('fields') },
        { sequence: 4, why: expect.stringContaining('another hotkey') },
      ],
    });
  });

  test.each<[string, object]>([
    ['totals that do not add up', firstManifest({ totals: { files: 1, rows: 11, bytes: 1001 } })],
    ['a checkpoint that does not', firstManifest({ checkpoint: { files: [], masked: [] } })],
    ['a first commit that follows one', firstManifest({ previous: sha256Of(Buffer.from('x')) })],
    ['a number that is no whole one', { ...firstManifest(), created_at: 1.5 }],
    ['a name with other rows', firstManifest({ added: [{ ...listed(1), rows: 9 }] })],
    ['a file that is removed and was never there', firstManifest({ removed: [listed(7).name] })],
    ['a negative size', firstManifest({ added: [{ ...listed(1), size: -1 }] })],
    ['a line feed behind a name', firstManifest({ removed: [`${listed(1).name}\n`] })],
  ])('refuses %s, as this reader does', async (what, manifest) => {
    const bad = new Chain();
    await bad.put(1, signAnything(manifest));
    await expect(loadDataset(bad.backend, identity)).rejects.toThrow();
    expect(readChain(await copyOf(bad, folder, `bad-${what.replaceAll(' ', '-')}`)).ok).toBe(false);
  });

  test('agrees with this one on any history of commits', async () => {
    const changes = fc.array(
      fc.record({ add: fc.boolean(), remove: fc.nat(), mask: fc.nat(), row: fc.nat({ max: 9 }) }),
      { minLength: 1, maxLength: 22 },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (history) => {
        const random = new Chain();
        for (const { add, remove, mask, row } of history) {
          const names = [...random.state.files.keys()];
          const change: Partial<{ -readonly [K in keyof DatasetChange]: DatasetChange[K] }> = {};
          if (add || names.length === 0)
            change.added = [listed(names.length + random.commits.length)];
          const gone = remove % 3 === 0 ? names[remove % Math.max(names.length, 1)] : undefined;
          if (gone !== undefined) change.removed = [gone];
          const held = random.state.files.get(names[mask % Math.max(names.length, 1)] ?? '');
          const free = held?.masked.every(([start, end]) => row < start || row >= end) ?? false;
          if (held !== undefined && held.file.name !== gone && free)
            change.masked = [{ name: held.file.name, rows: [[row, row + 1]] }];
          await random.commit(change, { checkpointEvery: 5 });
        }
        const loaded = await loadDataset(random.backend, identity);
        const said = readChain(await copyOf(random, folder, `random-${random.state.head}`));
        const masks = [...loaded.files.values()].filter(({ masked }) => masked.length > 0);
        expect(said).toEqual({
          ok: true,
          sequence: loaded.sequence,
          head: loaded.head,
          rejected: [],
          files: [...loaded.files.keys()].sort(),
          totals: loaded.totals,
          masks: Object.fromEntries(masks.map(({ file: { name }, masked }) => [name, masked])),
        });
      }),
      { numRuns: 12 },
    );
  });
});
