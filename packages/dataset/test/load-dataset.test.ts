import { signerFromUri } from '@data-universe/core-auth';
import { bytesSource, keyUnder, type StorageBackend, sha256Of } from '@data-universe/storage-core';
import { describe, expect, test, vi } from 'vitest';
import {
  blockListKey,
  emptyDataset,
  loadDataset,
  manifestKey,
  manifestPrefix,
  nextManifest,
  signManifest,
} from '../src/index.ts';
import { Chain, dataset, identity, listed, meta, nothing } from './support/chain.ts';
import { alice } from './support/published.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const error = (code: string) => ({ name: 'ManifestError', code, retryable: false });

async function chainOf(length: number, checkpointEvery = 16): Promise<Chain> {
  const chain = new Chain();
  for (let number = 1; number <= length; number += 1)
    await chain.commit({ added: [listed(number)] }, { checkpointEvery });
  return chain;
}

/** The same history from a certain commit on, told differently. */
async function fork(length: number): Promise<Chain> {
  const chain = new Chain();
  for (let number = 1; number <= length; number += 1)
    await chain.commit({ added: [listed(100 + number)] });
  return chain;
}

describe('a dataset is loaded', () => {
  test('as empty where nothing was ever published', async () => {
    const loaded = await loadDataset(new Chain().backend, identity);
    expect(loaded).toEqual({ ...emptyDataset(), rejected: [] });
  });

  test.each([1, 2, 16, 17, 20, 33])('as what %i commits add up to', async (length) => {
    const chain = await chainOf(length);
    expect(await loadDataset(chain.backend, identity)).toEqual({ ...chain.state, rejected: [] });
  });

  test('with masks and removals', async () => {
    const chain = await chainOf(3);
    await chain.commit({ masked: [{ name: listed(1).name, rows: [[2, 4]] }] });
    await chain.commit({
      removed: [listed(2).name],
      masked: [{ name: listed(1).name, rows: [[0, 2]] }],
    });
    const loaded = await loadDataset(chain.backend, identity);
    expect(loaded.files.get(listed(1).name)?.masked).toEqual([[0, 4]]);
    expect(loaded).toEqual({ ...chain.state, rejected: [] });
  });

  test('with one listing and a GET for each commit since the checkpoint', async () => {
    const chain = await chainOf(20);
    const calls: string[] = [];
    const counting: StorageBackend = Object.assign(Object.create(chain.backend) as StorageBackend, {
      get: (...call: Parameters<StorageBackend['get']>) => {
        calls.push(`get ${Number(call[0].slice(-15, -5))}`);
        return chain.backend.get(...call);
      },
      list: (...call: Parameters<StorageBackend['list']>) => {
        calls.push('list');
        return chain.backend.list(...call);
      },
    });
    await loadDataset(counting, identity);
    expect(calls).toEqual(['list', 'get 20', 'get 19', 'get 18', 'get 17']);
  });

  test('without caring for anything else below the manifests', async () => {
    const chain = await chainOf(2);
    const bytes = Buffer.from('anything');
    const put = { sha256: sha256Of(bytes) };
    const prefix = manifestPrefix(dataset);
    for (const name of ['!', '1.json', '00000000003.json', '0000000000.json', 'x/0000000009.json'])
      await chain.backend.put(keyUnder(prefix, name), bytesSource(bytes), put);
    await chain.backend.put(blockListKey(dataset, put.sha256), bytesSource(bytes), put);
    expect(await loadDataset(chain.backend, identity)).toEqual({ ...chain.state, rejected: [] });
  });

  test('from the newest commit its hotkey signed, naming what lies on top of it', async () => {
    const chain = await chainOf(3);
    const bob = signerFromUri('//Bob');
    const next = nextManifest(chain.state, nothing, meta);
    await chain.put(4, Buffer.from('{}'));
    await chain.put(5, signManifest({ ...next, hotkey: bob.address, sequence: 5 }, bob));
    await chain.put(6, chain.commits[2] ?? Buffer.alloc(0));
    const { rejected, ...state } = await loadDataset(chain.backend, identity);
    expect(state).toEqual(chain.state);
    expect(rejected).toMatchObject([
      { sequence: 6, error: error('WrongDataset') },
      { sequence: 5, error: error('WrongDataset') },
      { sequence: 4, error: error('Malformed') },
    ]);
  });
});

describe('a dataset is refused', () => {
  test('where none of its newest manifests is valid, rather than taken for empty', async () => {
    const chain = new Chain();
    await chain.put(1, Buffer.from('garbage'));
    await expect(loadDataset(chain.backend, identity)).rejects.toMatchObject(error('Malformed'));
    const buried = await chainOf(1);
    for (let sequence = 2; sequence < 20; sequence += 1)
      await buried.put(sequence, Buffer.from('garbage'));
    await expect(loadDataset(buried.backend, identity)).rejects.toMatchObject(error('Malformed'));
  });

  test.each([
    ['network', { network: 'finney' }],
    ['subnet', { netuid: 14 }],
  ])('when it is of another %s', async (_, other) => {
    const { backend } = await chainOf(2);
    const loading = loadDataset(backend, { ...identity, ...other });
    await expect(loading).rejects.toMatchObject(error('WrongDataset'));
  });

  test('where a commit of the chain is missing', async () => {
    const chain = await chainOf(4);
    const gap = new Chain();
    for (const [index, bytes] of chain.commits.entries())
      if (index !== 1) await gap.put(index + 1, bytes);
    await expect(loadDataset(gap.backend, identity)).rejects.toMatchObject(error('BrokenChain'));
  });

  test('where a commit was replaced by another the hotkey signed', async () => {
    const chain = await chainOf(4);
    const other = await fork(4);
    await chain.put(3, other.commits[2] ?? Buffer.alloc(0));
    await expect(loadDataset(chain.backend, identity)).rejects.toMatchObject(error('BrokenChain'));
  });

  test('where the first commit is not the one the others follow', async () => {
    const chain = await chainOf(3);
    await chain.put(1, (await fork(1)).commits[0] ?? Buffer.alloc(0));
    await expect(loadDataset(chain.backend, identity)).rejects.toMatchObject(error('BrokenChain'));
  });

  test('where a commit of the chain was altered', async () => {
    const chain = await chainOf(3);
    const altered = Buffer.from(chain.commits[1] ?? []);
    altered[30] = (altered[30] ?? 0) ^ 1;
    await chain.put(2, altered);
    await expect(loadDataset(chain.backend, identity)).rejects.toMatchObject(error('BrokenChain'));
  });

  test('where its first commit follows another, or a later one follows none', async () => {
    const first = new Chain();
    const { head } = (await chainOf(1)).state;
    const unsigned = nextManifest(emptyDataset(), nothing, meta);
    await first.put(1, signManifest({ ...unsigned, previous: head }, alice));
    await expect(loadDataset(first.backend, identity)).rejects.toMatchObject(error('BrokenChain'));
    const later = await chainOf(1);
    await later.put(2, signManifest({ ...unsigned, sequence: 2, checkpoint: null }, alice));
    await expect(loadDataset(later.backend, identity)).rejects.toMatchObject(error('BrokenChain'));
  });

  test('where a checkpoint is not what it says', async () => {
    const chain = new Chain();
    const unsigned = nextManifest(emptyDataset(), { ...nothing, added: [listed(1)] }, meta);
    const checkpoint = { files: [listed(1), listed(1)], masked: [] };
    await chain.put(5, signManifest({ ...unsigned, sequence: 5, checkpoint }, alice));
    await expect(loadDataset(chain.backend, identity)).rejects.toMatchObject(error('Inconsistent'));
  });

  test('where it has no checkpoint within reach', async () => {
    const chain = await chainOf(1);
    const { commits } = chain;
    for (let sequence = 2; sequence <= 260; sequence += 1) {
      const state = {
        ...chain.state,
        sequence: sequence - 1,
        head: sha256Of(commits.at(-1) ?? Buffer.alloc(0)),
      };
      const unsigned = nextManifest(state, nothing, meta);
      commits.push(signManifest({ ...unsigned, checkpoint: null }, alice));
      await chain.put(sequence, commits.at(-1) ?? Buffer.alloc(0));
    }
    await expect(loadDataset(chain.backend, identity)).rejects.toMatchObject(error('TooLarge'));
  });

  test('with the error of the store where the store cannot be read', async () => {
    const { backend } = await chainOf(2);
    const signal = AbortSignal.abort();
    await expect(loadDataset(backend, { ...identity, signal })).rejects.toMatchObject({
      name: 'StorageError',
      code: 'Aborted',
    });
  });
});

test('a rollback is a dataset with a lower number, which only the reader can know', async () => {
  const chain = await chainOf(5);
  const rolledBack = new Chain();
  for (const [index, bytes] of chain.commits.slice(0, 3).entries())
    await rolledBack.put(index + 1, bytes);
  const loaded = await loadDataset(rolledBack.backend, identity);
  expect(loaded.sequence).toBe(3);
  expect(manifestKey(dataset, 3)).toMatch(/\/_manifest\/0000000003\.json$/);
});
