import { copyFileSync, existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { AccessError } from '@data-universe/core-auth';
import type { SourceName } from '@data-universe/dataset';
import {
  expectEqualRows,
  oddRows,
  readTable,
  redditPost,
  xPost,
} from '@data-universe/test-network';
import { describe, expect, it } from 'vitest';
import type { UploadReport } from '../src/index.ts';
import { type Setting, setting, snapshot } from './support/miner.ts';

const outcome = ({ sources }: UploadReport, source: SourceName) =>
  sources.find((found) => found.source === source);

async function expectPublished({ database, network }: Setting): Promise<void> {
  for (const source of ['reddit', 'x'] as const)
    expectEqualRows(await network.published(source), readTable(database.path, source));
}

describe('an upload', () => {
  it('publishes every row of every source, and the next one sends nothing', async () => {
    const miner = await setting();
    miner.database.put(xPost(1, 0), xPost(2, 1), redditPost(1, 0), ...oddRows(3));
    const report = await miner.storage().uploadData();
    expect(report).toMatchObject({ ok: true, dryRun: false, rowsPublished: 13, unsupported: [] });
    await expectPublished(miner);
    const keys = await miner.network.owner.keys();

    const again = await miner.storage().uploadData();
    expect(again).toMatchObject({ ok: true, rowsPublished: 0, bytesUploaded: 0 });
    expect(await miner.network.owner.keys()).toEqual(keys);
  });

  it('of an empty database does nothing and is no error', async () => {
    const { storage, network } = await setting();
    expect(await storage().uploadData()).toMatchObject({ ok: true, sources: [] });
    expect(await network.owner.keys()).toEqual([]);
  });

  it('reports rows of a source that nobody knows, and publishes the others', async () => {
    const miner = await setting();
    const unknown = { source: 5, uri: 'unknown:1' };
    miner.database.put(xPost(1, 0), redditPost(2, 0, unknown));
    const report = await miner.storage().uploadData();
    expect(report).toMatchObject({ ok: true, unsupported: [{ source: 5, rows: 1 }] });
    expect(report.sources.map(({ source }) => source)).toEqual(['x']);
  });

  it('takes a source out of the dataset when the database has lost its last row', async () => {
    const miner = await setting();
    miner.database.put(xPost(1, 0), redditPost(1, 0));
    await miner.storage().uploadData();
    miner.database.delete(redditPost(1, 0).uri);
    const report = await miner.storage().uploadData();
    expect(outcome(report, 'reddit')).toMatchObject({ ok: true, report: { rowsRemoved: 1 } });
    await expectPublished(miner);
  });

  it('keeps what the miner has deleted where that is asked for', async () => {
    const miner = await setting();
    miner.database.put(xPost(1, 0), xPost(2, 0));
    await miner.storage({ deletedRows: 'keep' }).uploadData();
    miner.database.delete(xPost(1, 0).uri);
    await miner.storage({ deletedRows: 'keep' }).uploadData();
    expect(await miner.network.published('x')).toHaveLength(2);
  });

  it('tells of the wait for credentials before anything else', async () => {
    const { storage, database } = await setting();
    database.put(xPost(1, 0));
    const phases: string[] = [];
    await storage().uploadData({
      onProgress: (source, { phase }) => phases.push(`${source} ${phase}`),
    });
    expect(phases[0]).toBe('x credentials');
    expect(phases).toContain('x upload');
  });
});

describe('a source that fails', () => {
  it('leaves the others alone, and the next run completes it', async () => {
    const miner = await setting();
    miner.database.put(xPost(1, 0), redditPost(1, 0));
    await miner.storage().uploadData();
    const ledger = join(miner.stateDirectory, 'reddit', 'ledger.sqlite');
    const foreign = join(miner.stateDirectory, 'x', 'ledger.sqlite');
    rmSync(ledger);
    copyFileSync(foreign, ledger);

    miner.database.put(xPost(2, 0), redditPost(2, 0));
    const report = await miner.storage().uploadData();
    expect(report.ok).toBe(false);
    expect(outcome(report, 'reddit')).toMatchObject({
      ok: false,
      error: { code: 'ForeignLedger' },
    });
    expect(outcome(report, 'x')).toMatchObject({ ok: true, report: { rowsPublished: 1 } });

    rmSync(ledger);
    expect(await miner.storage().uploadData()).toMatchObject({ ok: true, rowsPublished: 1 });
    await expectPublished(miner);
  });

  it('for a damaged ledger is none: the ledger is rebuilt from the store', async () => {
    const miner = await setting();
    miner.database.put(xPost(1, 0));
    await miner.storage().uploadData();
    truncateSync(join(miner.stateDirectory, 'x', 'ledger.sqlite'), 100);
    miner.database.put(xPost(2, 0));
    const report = await miner.storage().uploadData();
    expect(report).toMatchObject({ ok: true, rowsPublished: 1 });
    await expectPublished(miner);
  });

  it('for want of a registration says so for each source', async () => {
    const { storage, database, network } = await setting();
    database.put(xPost(1, 0), redditPost(1, 0));
    const report = await storage({ signer: network.stranger.signer }).uploadData();
    for (const { source } of report.sources) {
      const failed = outcome(report, source);
      const error = failed?.ok === false ? failed.error : undefined;
      expect(error).toBeInstanceOf(AccessError);
      expect(error).toMatchObject({ code: 'NotRegistered', retryable: false });
    }
    expect(report.sources).toHaveLength(2);
    expect(await network.owner.keys()).toEqual([]);
  });

  it('for a bucket the operator does not expect writes nowhere', async () => {
    const { storage, database, network } = await setting();
    database.put(xPost(1, 0));
    const report = await storage({ store: { bucket: 'another-bucket' } }).uploadData();
    expect(outcome(report, 'x')).toMatchObject({ ok: false, error: { code: 'PermissionDenied' } });
    expect(await network.owner.keys()).toEqual([]);
  });
});

describe('a dry run', () => {
  it('counts what would travel, asks no network and touches no file', async () => {
    const { storage, database, network, stateDirectory } = await setting();
    database.put(xPost(1, 0), xPost(2, 0), redditPost(1, 0));
    const first = await storage().uploadData({ dryRun: true });
    expect(first).toMatchObject({ ok: true, dryRun: true, rowsPublished: 3, bytesUploaded: 0 });
    expect(existsSync(stateDirectory)).toBe(false);
    expect(network.auditLog()).toBe('');
    expect(await network.owner.keys()).toEqual([]);

    await storage().uploadData();
    database.put(xPost(3, 0));
    const before = [snapshot(stateDirectory), network.auditLog(), await network.owner.keys()];
    const later = await storage().uploadData({ dryRun: true });
    expect(later).toMatchObject({ rowsPublished: 1 });
    expect([snapshot(stateDirectory), network.auditLog(), await network.owner.keys()]).toEqual(
      before,
    );
  });

  it('works without a network at all', async () => {
    const { storage, database } = await setting();
    database.put(xPost(1, 0));
    const nowhere = storage({ authEndpoint: 'http://127.0.0.1:9/auth' });
    expect(await nowhere.uploadData({ dryRun: true })).toMatchObject({
      ok: true,
      rowsPublished: 1,
    });
  });
});

describe('what cannot go on', () => {
  it('is thrown for a database that is not there, and no folder is made', async () => {
    const { storage, network, stateDirectory } = await setting();
    const database = join(network.folder, 'none.sqlite');
    await expect(storage({ database }).uploadData()).rejects.toMatchObject({
      code: 'DatabaseNotFound',
    });
    expect(existsSync(stateDirectory)).toBe(false);
  });

  it('is thrown when the signal says stop, between sources as within one', async () => {
    const miner = await setting();
    miner.database.put(xPost(1, 0), redditPost(1, 0));
    await expect(miner.storage().uploadData({ signal: AbortSignal.abort() })).rejects.toMatchObject(
      { code: 'Aborted' },
    );
    expect(miner.network.auditLog()).toBe('');

    const controller = new AbortController();
    const stopped = miner.storage().uploadData({
      signal: controller.signal,
      onProgress: (source, { phase }) => {
        if (source === 'x' && phase === 'upload') controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'Aborted' });
    expect(await miner.storage().uploadData()).toMatchObject({ ok: true });
    await expectPublished(miner);
  });

  it('is an endpoint that would show credentials to the network', async () => {
    const { storage } = await setting();
    expect(() => storage({ authEndpoint: 'http://example.com/auth' })).toThrow(AccessError);
  });
});

describe('the status', () => {
  it('is empty before the first upload, and tells each source after it', async () => {
    const { storage, database, stateDirectory } = await setting();
    expect(storage().status()).toEqual([]);
    expect(existsSync(stateDirectory)).toBe(false);
    database.put(xPost(1, 0), redditPost(1, 0));
    await storage().uploadData();
    const before = snapshot(stateDirectory);
    expect(storage().status()).toMatchObject([
      { source: 'reddit', sequence: 1, totals: { rows: 1 }, lastRun: { rowsPublished: 1 } },
      { source: 'x', sequence: 1, totals: { rows: 1 }, lastRun: { rowsPublished: 1 } },
    ]);
    expect(snapshot(stateDirectory)).toEqual(before);
  });

  it('leaves no staging files behind an upload', async () => {
    const { storage, database, stateDirectory } = await setting();
    database.put(xPost(1, 0));
    await storage().uploadData();
    expect(readdirSync(join(stateDirectory, 'x', 'staging'))).toEqual([]);
  });
});
