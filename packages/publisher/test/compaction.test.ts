import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextMerge } from '../src/cycle/next-merge.ts';
import type { CycleStep } from '../src/index.ts';
import type { LedgerFile } from '../src/ledger/ledger-records.ts';
import { expectPublished, readBack } from './support/dataset.ts';
import { unavailable } from './support/faulty-backend.ts';
import { FIRST_BUCKET, post, posts } from './support/miner.ts';
import { type Setting, setting } from './support/setting.ts';

const STEPS: readonly CycleStep[] = [
  'write',
  'intent',
  'put',
  'verify',
  'manifest',
  'ledger',
  'clean-up',
];
const hoursLater = (hours: number) => () => new Date((FIRST_BUCKET + hours) * 3_600_000);

/** A dataset of many small files, by as many runs. */
async function manySmallFiles({ miner, open }: Setting, runs: number): Promise<void> {
  const publisher = await open({ compaction: false });
  for (let run = 0; run < runs; run += 1) {
    miner.put(...posts(run * 10, run * 10 + 10, 4));
    await publisher.run();
  }
}

describe('small files', () => {
  it('of old hours are merged, and no row is read from the database or lost', async () => {
    const it = setting();
    await manySmallFiles(it, 9);
    it.miner.put(post(3, 3, { text: 'replaced, so that a row is masked' }));
    const publisher = await it.open();
    const report = await publisher.run();
    expect(report).toMatchObject({
      filesMerged: 9,
      rowsPublished: 1,
      rowsReplaced: 1,
      totals: { rows: 90, files: 2 },
    });
    expect(report.retired.filter(({ key }) => key.endsWith('.parquet'))).toHaveLength(9);
    await expectPublished(it.backend, it.miner.path);
    expect(await publisher.run()).toMatchObject({ commits: 0, bucketsChanged: 0 });
  });

  it('of hours that still change are left alone', async () => {
    const it = setting();
    await manySmallFiles(it, 9);
    const publisher = await it.open({ clock: hoursLater(20) });
    expect(await publisher.run()).toMatchObject({ commits: 0, filesMerged: 0 });
  });

  it('are merged in a commit that shows every row once, whoever reads when', async () => {
    const it = setting();
    await manySmallFiles(it, 10);
    const sizes: number[] = [];
    await (await it.open()).run({
      onStep: async () => {
        sizes.push((await readBack(it.backend)).size);
      },
    });
    expect(new Set(sizes)).toEqual(new Set([100]));
  });

  it.each(STEPS)('that are being merged survive a stop at the step %s', async (step) => {
    const it = setting();
    await manySmallFiles(it, 9);
    const publisher = await it.open();
    let passes = step === 'write' ? 1 : 0;
    const stopped = publisher.run({
      onStep: (at) => {
        if (at === step && passes-- === 0) throw new Error('stopped');
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    await readBack(it.backend);
    it.miner.put(post(5_000, 2), post(11, 3, { text: 'changed in the meantime' }));
    await publisher.run();
    await expectPublished(it.backend, it.miner.path);
    expect((await publisher.run({ fullScan: true })).rowsPublished).toBe(0);
  });

  it('that the store does not hand out stay as they are, and the run is no failure', async () => {
    const it = setting();
    await manySmallFiles(it, 9);
    it.backend.before = ({ operation, key }) =>
      operation === 'get' && key.endsWith('.parquet') ? unavailable('get') : undefined;
    it.miner.put(post(7_000, 1));
    const report = await (await it.open()).run();
    expect(report).toMatchObject({ rowsAdded: 1, filesMerged: 0 });
    expect(report.warnings).toEqual([expect.stringContaining('were not merged')]);
    it.backend.before = undefined;
    expect(await (await it.open()).run()).toMatchObject({ filesMerged: 9 });
    await expectPublished(it.backend, it.miner.path);
  });

  it('keep rows that the database has lost, where deleted rows are kept', async () => {
    const it = setting();
    await manySmallFiles(it, 9);
    it.miner.delete(...posts(0, 15, 4).map(({ uri }) => uri));
    const publisher = await it.open({ deletedRows: 'keep' });
    expect(await publisher.run()).toMatchObject({ filesMerged: 9, totals: { rows: 90, files: 1 } });
    expect((await readBack(it.backend)).size).toBe(90);
    it.miner.put(post(2, 1, { text: 'back, in another hour' }));
    expect(await publisher.run()).toMatchObject({ rowsReplaced: 1, totals: { rows: 90 } });
    expect((await readBack(it.backend)).size).toBe(90);
  });
});

describe('which files are merged', () => {
  const file = (id: number, rows: number, change: Partial<LedgerFile> = {}): LedgerFile => ({
    id,
    file: {
      name: `data_20260101_000000_${rows}_0123456789abcdef.parquet`,
      size: rows * 100,
      sha256: '0'.repeat(64),
      rows,
      time_start: 0,
      time_end: 1,
      bucket_start: id,
      bucket_end: id + 1,
      block_size: 65_536,
      block_list: '0'.repeat(64),
    } as LedgerFile['file'],
    masked: [],
    liveRows: rows,
    ...change,
  });
  const limits = { now: 1_000_000, maxRowsPerFile: 250_000 };

  it('never so many that a row is rewritten each time a little is published', () => {
    let id = 0;
    let rewritten = 0;
    let files: LedgerFile[] = [];
    const published = 3_000;
    for (; id < published; ) {
      files.push(file(id++, 10));
      for (let group = nextMerge(files, limits); group; group = nextMerge(files, limits)) {
        const merged = group;
        const rows = merged.reduce((sum, { liveRows }) => sum + liveRows, 0);
        rewritten += rows;
        files = [...files.filter((held) => !merged.includes(held)), file(merged[0]?.id ?? 0, rows)];
      }
    }
    expect(files.reduce((sum, { liveRows }) => sum + liveRows, 0)).toBe(published * 10);
    expect(files.length).toBeLessThan(40);
    expect(rewritten / (published * 10)).toBeLessThan(5);
  });

  it('comes to an end, within the limits of one file, whatever there is', () => {
    const some = fc.array(fc.tuple(fc.nat({ max: 60_000 }), fc.nat({ max: 10 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 200_000 }), (list, maxRowsPerFile) => {
        let files = list.map(([rows, masked], id) =>
          file(id, rows + masked, { liveRows: rows, masked: masked > 0 ? [[0, masked]] : [] }),
        );
        for (let merges = 0; ; merges += 1) {
          const group = nextMerge(files, { ...limits, maxRowsPerFile });
          if (group === undefined) break;
          expect(merges).toBeLessThan(80);
          expect(group.length).toBeGreaterThan(1);
          const rows = group.reduce((sum, { liveRows }) => sum + liveRows, 0);
          expect(rows).toBeLessThanOrEqual(maxRowsPerFile);
          files = [...files.filter((held) => !group.includes(held)), file(100 + merges, rows)];
        }
      }),
    );
  });

  it('includes one by itself where masks get too many for a manifest', () => {
    const ranges = Array.from({ length: 60_000 }, (_, n): [number, number] => [2 * n, 2 * n + 1]);
    const held = file(1, 200_000, { masked: ranges, liveRows: 140_000 });
    expect(nextMerge([file(0, 200_000), held], limits)).toEqual([held]);
    expect(nextMerge([file(0, 200_000)], limits)).toBeUndefined();
  });
});
