import { MemoryBackend } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { expectPublished, readBack } from './support/dataset.ts';
import { FaultyBackend } from './support/faulty-backend.ts';
import { post, posts } from './support/miner.ts';
import { setting } from './support/setting.ts';

describe('publishing a database', () => {
  it('publishes every row of the source, byte for byte', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 500, 20), post(9_000, 3, { source: 1 }));
    const report = await (await open()).run();
    expect(report).toMatchObject({
      rowsAdded: 500,
      rowsPublished: 500,
      files: 1,
      commits: 1,
      bucketsScanned: 20,
      bucketsChanged: 20,
      sequenceBefore: 0,
      sequenceAfter: 1,
      totals: { rows: 500, files: 1 },
      warnings: [],
    });
    await expectPublished(backend, miner.path);
  });

  it('uploads nothing when nothing changed', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 5));
    const publisher = await open();
    await publisher.run();
    const puts = backend.puts.length;
    const report = await publisher.run();
    expect(backend.puts).toHaveLength(puts);
    expect(report).toMatchObject({
      rowsPublished: 0,
      bytesUploaded: 0,
      commits: 0,
      bucketsChanged: 0,
    });
    expect(report.sequenceAfter).toBe(1);
  });

  it('publishes an empty database as no dataset at all', async () => {
    const { backend, open } = setting();
    expect(await (await open()).run()).toMatchObject({ sequenceAfter: 0, commits: 0 });
    expect(backend.puts).toEqual([]);
  });

  it('sends only the rows that changed, whenever they arrive', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 400, 10));
    const publisher = await open();
    await publisher.run();
    const late = post(1_000, 0);
    const replaced = post(11, 1, { text: 'a longer text than before' });
    miner.put(late, replaced);
    miner.delete(post(12, 2).uri, post(22, 2).uri);
    expect(await publisher.run()).toMatchObject({
      rowsAdded: 1,
      rowsReplaced: 1,
      rowsRemoved: 2,
      rowsPublished: 2,
      bucketsChanged: 3,
      files: 1,
      commits: 1,
      totals: { rows: 399 },
    });
    await expectPublished(backend, miner.path);
  });

  it('reads of a database only the hours that late rows fell into', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 4_000, 400));
    const publisher = await open();
    await publisher.run();
    const late = Array.from({ length: 100 }, (_, n) => post(10_000 + n, (n % 20) * 20));
    miner.put(...late);
    expect(await publisher.run()).toMatchObject({
      bucketsScanned: 400,
      bucketsChanged: 20,
      rowsAdded: 100,
      rowsUnchanged: 200,
      commits: 1,
    });
    await expectPublished(backend, miner.path);
  });

  it('keeps deleted rows where that is asked for, and replaces them when they come back', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 30, 3));
    const publisher = await open({ deletedRows: 'keep' });
    await publisher.run();
    const [gone, back, moved] = [post(3, 0), post(6, 0), post(9, 0)];
    miner.delete(gone.uri, back.uri, moved.uri);
    expect(await publisher.run()).toMatchObject({ rowsRemoved: 0, commits: 0 });
    expect((await readBack(backend)).size).toBe(30);
    miner.put(post(6, 0, { text: 'back again' }), {
      ...moved,
      timeBucketId: moved.timeBucketId + 2,
    });
    expect(await publisher.run()).toMatchObject({ rowsAdded: 0, rowsReplaced: 2, commits: 1 });
    const published = await readBack(backend);
    expect(published.size).toBe(30);
    expect(published.get(moved.uri)?.timeBucketId).toBe(moved.timeBucketId + 2);
    miner.put(gone);
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it.each(['mirror', 'keep'] as const)(
    'shows a row that moves to another hour once in every commit, whichever hour comes first (%s)',
    async (deletedRows) => {
      const { miner, backend, open } = setting();
      miner.put(...posts(0, 30, 3));
      const publisher = await open({ deletedRows, maxRowsPerFile: 3, maxFilesPerCommit: 1 });
      await publisher.run();
      for (const n of [0, 3, 6, 9, 12]) {
        const [up, down] = [post(n, 0), post(n + 2, 2)];
        miner.put({ ...up, timeBucketId: up.timeBucketId + 2 });
        miner.put({ ...down, timeBucketId: down.timeBucketId - 2 });
      }
      miner.put(...posts(30, 40, 3));
      let commits = 0;
      const report = await publisher.run({
        onStep: async (step) => {
          // The manifest is in the store by now; reading back fails on a row that is there twice.
          if (step !== 'ledger') return;
          commits += 1;
          const published = await readBack(backend);
          for (const { uri } of posts(0, 30, 3)) expect(published.has(uri), uri).toBe(true);
        },
      });
      expect(commits).toBeGreaterThan(4);
      expect(report).toMatchObject({ rowsReplaced: 10, rowsAdded: 10, rowsRemoved: 0 });
      await expectPublished(backend, miner.path);
      expect((await publisher.run()).commits).toBe(0);
    },
  );

  it('deletes last what is deleted, in as many commits as it takes', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 60, 6));
    const publisher = await open({ maxRowsPerFile: 10, maxFilesPerCommit: 1 });
    await publisher.run();
    miner.delete(...posts(0, 30, 6).map(({ uri }) => uri));
    miner.put(...posts(60, 90, 6));
    const rows: number[] = [];
    const report = await publisher.run({
      onStep: async (step) => {
        if (step === 'ledger') rows.push((await readBack(backend)).size);
      },
    });
    expect(rows).toEqual([70, 80, 90, 60]);
    expect(report).toMatchObject({ rowsAdded: 30, rowsRemoved: 30, bucketsChanged: 6 });
    await expectPublished(backend, miner.path);
    expect(await publisher.run()).toMatchObject({ commits: 0, bucketsChanged: 0 });
  });

  it('finds a row that leaves its hour while the run is under way in the next run', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 30, 3));
    const publisher = await open();
    await publisher.run();
    miner.put(post(31, 1));
    miner.delete(post(0, 0).uri);
    await publisher.run({
      onStep: (step) => {
        if (step === 'write') miner.delete(post(3, 0).uri, post(4, 1).uri);
      },
    });
    expect(await publisher.run()).toMatchObject({ rowsRemoved: 2 });
    await expectPublished(backend, miner.path);
  });

  it('sees a replacement of equal uri, label and size in a full scan, and only there', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 50, 5));
    const publisher = await open();
    await publisher.run();
    miner.put(post(7, 2, { text: 'TEXT of 7' }));
    expect(await publisher.run()).toMatchObject({ rowsPublished: 0, bucketsChanged: 0 });
    expect(await publisher.run({ fullScan: true })).toMatchObject({
      rowsReplaced: 1,
      rowsAdded: 0,
      rowsUnchanged: 49,
    });
    await expectPublished(backend, miner.path);
  });

  it('cuts files at the row limit and publishes in bounded commits', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 1_000, 3));
    const report = await (await open({ maxRowsPerFile: 90, maxFilesPerCommit: 2 })).run();
    expect(report).toMatchObject({
      files: 12,
      commits: 6,
      rowsAdded: 1_000,
      totals: { files: 12 },
    });
    await expectPublished(backend, miner.path);
  });

  it('removes files whose rows are all gone', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 4));
    const publisher = await open({ maxRowsPerFile: 25 });
    expect((await publisher.run()).totals.files).toBe(4);
    miner.db.exec('DELETE FROM DataEntity WHERE timeBucketId % 4 < 3');
    expect((await publisher.run()).totals).toMatchObject({ files: 1, rows: 25 });
    miner.db.exec('DELETE FROM DataEntity');
    expect((await publisher.run()).totals).toMatchObject({ files: 0, rows: 0, bytes: 0 });
    await expectPublished(backend, miner.path);
    expect((await publisher.run()).commits).toBe(0);
  });

  it('takes quotes, per cents, NULs and every kind of odd content as they are', async () => {
    const { miner, backend, open } = setting();
    miner.put(
      post(1, 0, { uri: "https://x.com/o'brien/status/1%27", label: "#o'neil%" }),
      post(2, 0, { label: 'NULL' }),
      post(3, 0, { label: null }),
      post(4, 0, { label: '' }),
      post(5, 0, { content: 'not json' }),
      post(6, 0, { content: Buffer.from([0xff, 0x00, 0xfe]) }),
      post(7, 0, { content: Buffer.alloc(0) }),
      post(8, 0, { uri: 'a\u0000b', text: 'x\u0000y 🐘' }),
      post(9, 0, { datetime: '2026-01-05 02:00:00.123456+02:00' }),
      post(10, 0, { datetime: 'yesterday' }),
      post(11, -1_000_000),
    );
    const report = await (await open()).run();
    await expectPublished(backend, miner.path);
    expect(report.oddities).toMatchObject({ notUtf8: 1, notJson: 2, badDatetime: 1 });
  });

  it('counts rows that no file can hold and publishes the others', async () => {
    const { miner, backend, open } = setting();
    miner.put(
      post(1, 0),
      post(2, 0, { contentSizeBytes: 2n ** 60n }),
      post(3, 0, { timeBucketId: 2 ** 40 + 0.5 }),
    );
    const report = await (await open()).run();
    expect(report).toMatchObject({ rowsAdded: 1, rowsUnpublishable: 2 });
    expect([...(await readBack(backend)).keys()]).toEqual([post(1, 0).uri]);
  });

  it('publishes from a database without the index, and says that this is slow', async () => {
    const { miner, backend, open } = setting({ miner: { index: false } });
    miner.put(...posts(0, 300, 7));
    const publisher = await open();
    const report = await publisher.run();
    expect(report.warnings).toEqual([expect.stringContaining('no index')]);
    await expectPublished(backend, miner.path);
    miner.put(post(14, 0, { label: '#changed' }));
    expect(await publisher.run()).toMatchObject({ bucketsChanged: 1, rowsReplaced: 1 });
    await expectPublished(backend, miner.path);
  });

  it('publishes in one commit of the store where the store can', async () => {
    const { miner, open } = setting();
    const backend = new FaultyBackend(new MemoryBackend(), { atomicCommit: true });
    miner.put(...posts(0, 100, 3));
    const publisher = await open({ backend });
    await publisher.run();
    miner.put(post(500, 1));
    expect(await publisher.run()).toMatchObject({ rowsPublished: 1, commits: 1 });
    await expectPublished(backend, miner.path);
  });

  it('publishes to a store that does not report SHA-256', async () => {
    const { miner, open } = setting();
    const backend = new FaultyBackend(new MemoryBackend(), { reportsSha256: false });
    miner.put(...posts(0, 100, 3));
    const publisher = await open({ backend });
    await publisher.run();
    expect(await publisher.run()).toMatchObject({ commits: 0, warnings: [] });
    await expectPublished(backend, miner.path);
  });

  it('says in a dry run what it would send, and changes nothing', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 3));
    const publisher = await open();
    expect(await publisher.run({ dryRun: true })).toMatchObject({
      dryRun: true,
      rowsAdded: 100,
      files: 1,
      warnings: ['There is no ledger yet, so every row counts as new'],
    });
    expect(publisher.status().sequence).toBe(0);
    await publisher.run();
    const puts = backend.puts.length;
    miner.put(post(7, 1, { text: 'longer than it was' }));
    miner.delete(post(0, 0).uri);
    expect(await publisher.run({ dryRun: true })).toMatchObject({
      rowsReplaced: 1,
      rowsRemoved: 1,
    });
    expect(backend.puts).toHaveLength(puts);
    expect(await publisher.run()).toMatchObject({ rowsReplaced: 1, rowsRemoved: 1 });
  });

  it('tells its status from the ledger alone', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 3));
    const publisher = await open();
    expect(publisher.status()).toMatchObject({ sequence: 0, lastRun: null });
    const { totals } = await publisher.run();
    backend.before = () => new Error('no network');
    expect(publisher.status()).toMatchObject({
      source: 'x',
      sequence: 1,
      totals,
      pendingSequence: null,
      lastRun: { rowsPublished: 100 },
    });
  });

  it('refuses limits that would publish nothing', async () => {
    const { open } = setting();
    await expect(open({ maxRowsPerFile: 0 })).rejects.toThrow(RangeError);
    await expect(open({ maxFilesPerCommit: 1.5 })).rejects.toThrow(/maxFilesPerCommit/);
  });

  it('reports progress that ends with every row and byte', async () => {
    const { miner, open } = setting();
    miner.put(...posts(0, 100, 3));
    const seen: string[] = [];
    let last = { rowsDone: 0, rowsTotal: -1, bytesDone: 0, bytesTotal: -1 };
    await (await open()).run({
      onProgress: (progress) => {
        seen.push(progress.phase);
        last = progress;
      },
    });
    expect([...new Set(seen)]).toEqual(['scan', 'write', 'upload']);
    expect(last).toMatchObject({ rowsDone: 100, rowsTotal: 100 });
    expect(last.bytesDone).toBe(last.bytesTotal);
  });

  it('tells how far an upload is while it goes on', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 3));
    const { put } = backend;
    backend.put = (key, source, options) => {
      const half = Math.floor(source.size / 2);
      options.onProgress?.({ key, bytesSent: half, bytesTotal: source.size });
      return put.call(backend, key, source, options);
    };
    const seen: number[] = [];
    let total = 0;
    await (await open()).run({
      onProgress: ({ phase, bytesDone, bytesTotal }) => {
        if (phase !== 'upload') return;
        seen.push(bytesDone);
        total = bytesTotal;
      },
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(total);
  });
});
