import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetPrefix, manifestKey } from '@data-universe/dataset';
import {
  bytesSource,
  keyUnder,
  MemoryBackend,
  parseObjectKey,
  StorageError,
  sha256Of,
} from '@data-universe/storage-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CycleStep, isPublisherError, PublisherError } from '../src/index.ts';
import { expectPublished, readBack, signer } from './support/dataset.ts';
import { FaultyBackend, unavailable } from './support/faulty-backend.ts';
import { post, posts } from './support/miner.ts';
import { type Setting, setting, temporaryFolder } from './support/setting.ts';

const STEPS: readonly CycleStep[] = [
  'plan',
  'write',
  'intent',
  'put',
  'verify',
  'manifest',
  'ledger',
  'clean-up',
];

const run = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

const stopAt = (step: CycleStep) => (at: CycleStep) => {
  if (at === step) throw new Error(`stopped at ${step}`);
};

const stagingOf = ({ stateDirectory }: Setting) => join(stateDirectory, 'x', 'staging');
const ledgerOf = ({ stateDirectory }: Setting) => join(stateDirectory, 'x', 'ledger.sqlite');

describe('a run that stops', () => {
  it.each(STEPS)('at the step %s is completed by the next one', async (step) => {
    const it = setting();
    const { miner, backend, open } = it;
    miner.put(...posts(0, 60, 4));
    const publisher = await open({ maxRowsPerFile: 25, maxFilesPerCommit: 1 });
    await expect(publisher.run({ onStep: stopAt(step) })).rejects.toThrow(`stopped at ${step}`);
    miner.put(...posts(60, 80, 4), post(3, 3, { text: 'replaced in the meantime' }));
    miner.delete(post(8, 0).uri);
    await expect(publisher.run({ onStep: stopAt(step) })).rejects.toThrow(`stopped at ${step}`);
    const report = await publisher.run();
    await expectPublished(backend, miner.path);
    expect(report.totals.rows).toBe(79);
    expect(readdirSync(stagingOf(it))).toEqual([]);
    expect((await publisher.run()).commits).toBe(0);
  });

  it.each(STEPS)('at the step %s of a store with atomic commits is completed too', async (step) => {
    const { miner, open } = setting();
    const backend = new FaultyBackend(new MemoryBackend(), { atomicCommit: true });
    miner.put(...posts(0, 60, 4));
    const publisher = await open({ backend, maxRowsPerFile: 25, maxFilesPerCommit: 1 });
    await publisher.run({ onStep: stopAt(step) }).catch(() => undefined);
    miner.put(...posts(60, 80, 4));
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it('because it was aborted leaves what it had, and says how to go on', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 60, 4));
    const publisher = await open({ maxRowsPerFile: 10, maxFilesPerCommit: 1 });
    const controller = new AbortController();
    let puts = 0;
    backend.before = ({ operation }) => {
      if (operation === 'put') puts += 1;
      if (puts === 5) controller.abort();
      return undefined;
    };
    const error = await publisher.run({ signal: controller.signal }).catch((e: unknown) => e);
    expect(isPublisherError(error, 'Aborted') || error instanceof StorageError).toBe(true);
    backend.before = undefined;
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it('tells how many rows an earlier run had prepared', async () => {
    const { miner, open } = setting();
    miner.put(...posts(0, 60, 4));
    const publisher = await open();
    await publisher.run({ onStep: stopAt('put') }).catch(() => undefined);
    expect(publisher.status()).toMatchObject({ sequence: 0, pendingSequence: 1 });
    expect(await publisher.run()).toMatchObject({
      rowsRecovered: 60,
      rowsAdded: 0,
      rowsPublished: 60,
      totals: { rows: 60 },
    });
    expect(publisher.status()).toMatchObject({ sequence: 1, pendingSequence: null });
  });
});

describe('a store that fails', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'at its put number %i loses and repeats nothing',
    async (fatal) => {
      for (const when of ['before', 'after'] as const) {
        const { miner, backend, open } = setting();
        miner.put(...posts(0, 60, 4));
        const publisher = await open({ maxRowsPerFile: 25, maxFilesPerCommit: 2 });
        let puts = 0;
        backend[when] = ({ operation }) =>
          operation === 'put' && puts++ === fatal ? unavailable() : undefined;
        const error = await publisher.run().catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'Unavailable', retryable: true });
        backend[when] = undefined;
        miner.put(post(100, 2));
        await publisher.run();
        await expectPublished(backend, miner.path);
      }
    },
  );

  it('after an atomic commit whose answer is lost finds it again', async () => {
    const { miner, open } = setting();
    const backend = new FaultyBackend(new MemoryBackend(), { atomicCommit: true });
    miner.put(...posts(0, 60, 4));
    const publisher = await open({ backend });
    backend.after = () => unavailable('commit');
    await expect(publisher.run()).rejects.toMatchObject({ code: 'Unavailable' });
    backend.after = undefined;
    expect(await publisher.run()).toMatchObject({ rowsRecovered: 60, bytesUploaded: 0 });
    await expectPublished(backend, miner.path);
  });

  it('with refused credentials in the middle changes no ledger', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 60, 4));
    const publisher = await open();
    backend.before = ({ operation, key }) =>
      operation === 'put' && key.endsWith('.json')
        ? new StorageError({ code: 'PermissionDenied', operation: 'put', message: 'refused' })
        : undefined;
    await expect(publisher.run()).rejects.toMatchObject({ code: 'PermissionDenied' });
    expect(publisher.status().totals.rows).toBe(0);
    backend.before = undefined;
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it('by confirming other bytes than it was sent is not believed', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 10, 4));
    const publisher = await open();
    backend.receiptOf = (receipt) => ({ ...receipt, size: receipt.size - 1 });
    await expect(publisher.run()).rejects.toMatchObject({ code: 'ChecksumMismatch' });
    expect((await readBack(backend)).size).toBe(0);
    backend.receiptOf = (receipt) => receipt;
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it('by being down is said before anything is prepared', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 10, 4));
    backend.before = () => unavailable('get');
    await expect((await open()).run()).rejects.toMatchObject({ code: 'Unavailable' });
    backend.before = undefined;
    await (await open()).run();
    await expectPublished(backend, miner.path);
  });

  it('by losing the whole dataset gets it again', async () => {
    const it = setting();
    it.miner.put(...posts(0, 60, 4));
    await (await it.open()).run();
    const backend = new FaultyBackend(new MemoryBackend());
    const report = await (await it.open({ backend })).run();
    expect(report.warnings).toEqual([expect.stringContaining('another dataset')]);
    await expectPublished(backend, it.miner.path);
  });

  it('by altering a published file gets its rows again when the ledger is rebuilt', async () => {
    const it = setting();
    const { miner, backend, open } = it;
    miner.put(...posts(0, 60, 4));
    const publisher = await open({ maxRowsPerFile: 20 });
    await publisher.run();
    const key = backend.puts.find((name) => name.endsWith('.parquet')) ?? '';
    const junk = new Uint8Array(5_000);
    await backend.inner.put(parseObjectKey(key), bytesSource(junk), {
      sha256: sha256Of(junk),
      ifExists: 'replace',
    });
    rmSync(ledgerOf(it));
    const report = await (await open({ clock: () => new Date(Date.now() + 60_000) })).run();
    expect(report).toMatchObject({ rowsAdded: 20, warnings: [expect.stringContaining('anew')] });
    await expectPublished(backend, miner.path);
  });
});

describe('what lies on the disk', () => {
  it('may lose its ledger: it is rebuilt from the store, and no row is sent twice', async () => {
    const it = setting();
    const { miner, backend, open } = it;
    miner.put(...posts(0, 200, 9));
    const publisher = await open({ maxRowsPerFile: 60 });
    await publisher.run();
    miner.put(post(5, 5, { text: 'replaced, so that a mask is published' }));
    miner.delete(post(9, 0).uri);
    await publisher.run();
    rmSync(it.stateDirectory, { recursive: true });
    const puts = backend.puts.length;
    expect(await publisher.run()).toMatchObject({ rowsPublished: 0, commits: 0, warnings: [] });
    expect(backend.puts).toHaveLength(puts);
    miner.put(post(6, 6, { text: 'and now this one' }));
    miner.delete(post(10, 1).uri);
    expect(await publisher.run()).toMatchObject({ rowsReplaced: 1, rowsRemoved: 1 });
    await expectPublished(backend, miner.path);
  });

  it.each([
    ['is no database', (path: string) => writeFileSync(path, 'garbage '.repeat(1_000))],
    ['is empty', (path: string) => truncateSync(path, 0)],
    [
      'has overwritten pages',
      (path: string) => writeFileSync(path, Buffer.alloc(40_000, 7), { flag: 'r+' }),
    ],
    ['is cut short', (path: string) => truncateSync(path, 4_096)],
  ])('may hold a ledger that %s', async (_, damage) => {
    const it = setting();
    const { miner, backend, open } = it;
    miner.put(...posts(0, 2_000, 9));
    const publisher = await open();
    await publisher.run();
    damage(ledgerOf(it));
    miner.put(post(5_000, 3));
    const report = await publisher.run();
    expect(report.warnings).toEqual([expect.stringContaining('ledger was damaged')]);
    expect(report.rowsPublished).toBe(1);
    expect(existsSync(`${ledgerOf(it)}.set-aside`)).toBe(true);
    await expectPublished(backend, miner.path);
  });

  it.each([
    ['lost', (path: string) => rmSync(path)],
    ['cut short', (path: string) => truncateSync(path, 100)],
    ['damaged', (path: string) => writeFileSync(path, Buffer.alloc(10), { flag: 'r+' })],
  ])('may have staging files that are %s', async (_, damage) => {
    const it = setting();
    const { miner, backend, open } = it;
    miner.put(...posts(0, 60, 4));
    const publisher = await open();
    await publisher.run({ onStep: stopAt('put') }).catch(() => undefined);
    for (const name of readdirSync(stagingOf(it))) damage(join(stagingOf(it), name));
    const report = await publisher.run();
    expect(report).toMatchObject({ rowsAdded: 60, rowsRecovered: 0 });
    expect(report.warnings).toEqual([expect.stringContaining('was dropped')]);
    await expectPublished(backend, miner.path);
  });

  it('may hold files of a run that was killed while it wrote', async () => {
    const it = setting();
    it.miner.put(...posts(0, 60, 4));
    mkdirSync(stagingOf(it), { recursive: true });
    writeFileSync(join(stagingOf(it), 'left-behind.tmp'), 'half a file');
    await (await it.open()).run();
    expect(readdirSync(stagingOf(it))).toEqual([]);
    await expectPublished(it.backend, it.miner.path);
  });

  it('belongs to one dataset, and is refused for another', async () => {
    const { miner, open } = setting();
    miner.put(...posts(0, 10, 4));
    await (await open()).run();
    const other = await open({ network: 'finney' });
    await expect(other.run()).rejects.toMatchObject({ code: 'ForeignLedger', retryable: false });
    expect(() => other.status()).toThrow(/a state directory of its own/);
  });

  it('may be full: the run says so, frees what it took, and the next one completes', async ({
    skip,
  }) => {
    const mounted = temporaryFolder();
    const small = run('mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mounted);
    skip(!small, 'a small file system can only be mounted by root');
    onTestFinished(() => {
      run('umount', mounted);
    });
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 10, 4));
    const publisher = await open({ stateDirectory: mounted });
    await publisher.run();
    miner.put(...posts(100, 9_000, 4));
    await expect(publisher.run()).rejects.toMatchObject({ code: 'DiskFull', retryable: true });
    run('mount', '-o', 'remount,size=64m', mounted);
    await publisher.run();
    await expectPublished(backend, miner.path);
  });
});

describe('two publishers', () => {
  it('on one state directory: the second is refused with the pid of the first', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 60, 4));
    const [first, second] = [await open(), await open()];
    let refusal: unknown;
    await first.run({
      onStep: async (step) => {
        if (step === 'put') refusal = await second.run().catch((error: unknown) => error);
      },
    });
    expect(refusal).toBeInstanceOf(PublisherError);
    expect(refusal).toMatchObject({ code: 'Locked', holderPid: process.pid, retryable: true });
    expect(String(refusal)).toContain(`pid ${process.pid}`);
    expect(await second.run()).toMatchObject({ commits: 0 });
    await expectPublished(backend, miner.path);
  });

  it('on one destination: the one that comes second says so, and then continues from there', async () => {
    const { miner, backend, open, folder } = setting();
    miner.put(...posts(0, 60, 4));
    const [first, second] = [await open(), await open({ stateDirectory: join(folder, 'other') })];
    await first.run();
    await second.run();
    miner.put(post(100, 1));
    const error = await first
      .run({
        onStep: async (step) => {
          if (step === 'manifest') await second.run();
        },
      })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'Conflict', retryable: true });
    const report = await first.run();
    expect(report.warnings).toHaveLength(2);
    await expectPublished(backend, miner.path);
    miner.put(post(101, 2));
    expect((await second.run()).rowsPublished).toBe(1);
    expect((await first.run()).rowsPublished).toBe(0);
    await expectPublished(backend, miner.path);
  });

  it('name the object that somebody without the hotkey put in the way', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 60, 4));
    const publisher = await open();
    await publisher.run();
    const junk = new Uint8Array([1, 2, 3]);
    const key = manifestKey(datasetPrefix('x', signer.address), 2);
    await backend.inner.put(key, bytesSource(junk), { sha256: sha256Of(junk) });
    miner.put(post(100, 1));
    const error = await publisher.run().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'Conflict' });
    expect(String(error)).toContain(key);
  });

  it('may have sent the same object: equal bytes are no conflict', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 60, 4));
    const publisher = await open();
    await publisher.run({ onStep: stopAt('verify') }).catch(() => undefined);
    const stored = backend.puts.length;
    expect(await publisher.run()).toMatchObject({ rowsRecovered: 60 });
    expect(backend.puts.length).toBe(stored + 3);
    const other = keyUnder(datasetPrefix('x', signer.address), 'elsewhere');
    await expect(backend.head(other)).rejects.toMatchObject({ code: 'NotFound' });
  });
});
