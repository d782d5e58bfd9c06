import { bytesSource, readAll } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../src/cycle/rate-limit.ts';
import { TimeLeft } from '../src/time-left.ts';
import { expectPublished, readBack } from './support/dataset.ts';
import { FIRST_BUCKET, post, posts } from './support/miner.ts';
import { setting } from './support/setting.ts';

const DAY = 24;
/** The clock of a machine, so many hours into the test's time. */
const at = (hour: number) => () => new Date((FIRST_BUCKET + hour) * 3_600_000);
const oldest = (rows: ReadonlyMap<string, { timeBucketId: number }>) =>
  Math.min(...[...rows.values()].map(({ timeBucketId }) => timeBucketId)) - FIRST_BUCKET;

describe('retention', () => {
  it.each(['mirror', 'keep'] as const)(
    'takes days out of the dataset once they are older than it says (%s)',
    async (deletedRows) => {
      const { miner, backend, open } = setting();
      miner.put(...posts(0, 400, 4 * DAY));
      const run = async (hour: number) =>
        (await open({ retentionDays: 3, deletedRows, maxRowsPerFile: 70, clock: at(hour) })).run();
      const first = await run(4 * DAY - 1);
      expect(first.leftOut).toEqual({ rows: 0, hours: 0, before: FIRST_BUCKET, because: null });
      await expectPublished(backend, miner.path);

      const second = await run(4 * DAY + 5);
      expect(second.leftOut).toMatchObject({ hours: DAY, because: 'retention' });
      expect(second).toMatchObject({
        rowsRemoved: second.leftOut.rows,
        rowsAdded: 0,
        bytesUploaded: expect.any(Number),
        hours: { expired: DAY },
        totals: { rows: 400 - second.leftOut.rows },
      });
      expect(oldest(await readBack(backend))).toBe(DAY);
      // The same day again, an hour later: nothing expires by the hour.
      expect(await run(4 * DAY + 6)).toMatchObject({ commits: 0, bucketsChanged: 0 });
    },
  );

  it('names the objects that are no longer part of the dataset', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 400, 4 * DAY));
    const options = { retentionDays: 3, maxRowsPerFile: 50 };
    await (await open({ ...options, clock: at(4 * DAY - 1) })).run();
    const report = await (await open({ ...options, clock: at(5 * DAY) })).run();
    expect(report.retired.length).toBeGreaterThanOrEqual(4);
    const known = new Set(backend.puts);
    for (const { key, bytes } of report.retired) {
      expect(known.has(key), key).toBe(true);
      const info = await backend.inner.head(key);
      expect(info.size).toBe(bytes);
    }
    expect(report.retired.some(({ key }) => key.endsWith('.bin'))).toBe(true);
    await readBack(backend);
  });

  it('publishes again what a clock that has stepped back brings back', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 200, 4 * DAY));
    const run = async (hour: number) => (await open({ retentionDays: 3, clock: at(hour) })).run();
    await run(5 * DAY);
    expect(oldest(await readBack(backend))).toBe(2 * DAY);
    await run(4 * DAY - 1);
    await expectPublished(backend, miner.path);
  });

  it('empties no dataset because of a clock that is far ahead', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 2 * DAY));
    const publisher = await open({ retentionDays: 3, clock: at(400 * DAY) });
    const report = await publisher.run();
    expect(report.warnings).toEqual([expect.stringContaining('nothing is retired')]);
    await expectPublished(backend, miner.path);
  });

  it('finds a row that moves out of an hour that expires', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 2 * DAY));
    const run = async (hour: number) => (await open({ retentionDays: 1, clock: at(hour) })).run();
    await run(2 * DAY - 1);
    const moved = post(3, 3);
    miner.put({ ...moved, timeBucketId: FIRST_BUCKET + 2 * DAY - 1 });
    await run(2 * DAY + 1);
    const published = await readBack(backend);
    expect(published.has(moved.uri)).toBe(true);
    expect(oldest(published)).toBe(DAY);
  });
});

describe('a cap', () => {
  it('of rows keeps the newest hours, says so, and takes more when it is raised', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 10));
    const report = await (await open({ maxRows: 35 })).run();
    expect(report).toMatchObject({
      leftOut: { rows: 70, hours: 7, before: FIRST_BUCKET + 7, because: 'maxRows' },
      totals: { rows: 30 },
      warnings: [
        expect.stringMatching(/^The limit of 35 rows keeps the newest: 70 rows of 7 hours/),
      ],
    });
    expect(oldest(await readBack(backend))).toBe(7);
    miner.put(...posts(200, 210, 1).map((row) => ({ ...row, timeBucketId: FIRST_BUCKET + 10 })));
    await (await open({ maxRows: 35 })).run();
    expect(oldest(await readBack(backend))).toBe(8);
    await (await open({ maxRows: 1_000 })).run();
    await expectPublished(backend, miner.path);
  });

  it('of bytes keeps the newest hours', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 10));
    const bytes = Number(post(1, 1).contentSizeBytes) * 10;
    const report = await (await open({ maxBytes: Math.round(bytes * 2.5) })).run();
    expect(report.leftOut).toMatchObject({ because: 'maxBytes', before: FIRST_BUCKET + 8 });
    expect((await readBack(backend)).size).toBe(20);
  });

  it('never leaves out the newest hour, and counts without the index too', async () => {
    const { miner, backend, open } = setting({ miner: { index: false } });
    miner.put(...posts(0, 100, 10));
    await (await open({ maxRows: 3 })).run();
    expect((await readBack(backend)).size).toBe(10);
  });
});

describe('a run that is asked to stop', () => {
  it('publishes the file it is writing, says that it stopped, and the next one goes on', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 500, 20));
    const publisher = await open({ maxRowsPerFile: 200, maxFilesPerCommit: 1 });
    const stop = new AbortController();
    let put = 0;
    backend.before = ({ operation }) => {
      if (operation === 'put' && ++put === 1) stop.abort();
      return undefined;
    };
    const report = await publisher.run({ stop: stop.signal });
    expect(report).toMatchObject({ stopped: true, commits: 1, totals: { rows: 200 } });
    expect((await readBack(backend)).size).toBe(200);
    expect(publisher.status().pendingSequence).toBeNull();
    expect(await publisher.run()).toMatchObject({ stopped: false, rowsAdded: 300 });
    await expectPublished(backend, miner.path);
  });

  it('before it began publishes nothing', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 50, 2));
    const report = await (await open()).run({ stop: AbortSignal.abort() });
    expect(report).toMatchObject({ stopped: true, commits: 0 });
    expect(backend.puts).toEqual([]);
  });
});

describe('a dry run', () => {
  it('says for what reason it would read each hour, and how many bytes it would take', async () => {
    const { miner, open } = setting();
    miner.put(...posts(0, 60, 6));
    const publisher = await open();
    const size = posts(0, 60, 6).reduce((sum, row) => sum + Number(row.contentSizeBytes), 0);
    expect(await publisher.run({ dryRun: true })).toMatchObject({
      hours: { new: 6, changed: 0 },
      contentBytes: size,
    });
    await publisher.run();
    const late = post(1_000, 1);
    miner.put(late, post(1_001, 9));
    miner.db.prepare('DELETE FROM DataEntity WHERE timeBucketId = ?').run(FIRST_BUCKET);
    expect(await publisher.run({ dryRun: true })).toMatchObject({
      hours: { new: 1, changed: 1, gone: 1, unfinished: 0, expired: 0, fullScan: 0 },
      rowsRemoved: 10,
      rowsAdded: 2,
    });
    expect(await publisher.run({ dryRun: true, fullScan: true })).toMatchObject({
      hours: { new: 1, changed: 1, gone: 1, fullScan: 4 },
    });
  });
});

describe('uploads', () => {
  it('go to the store so many at a time', async () => {
    for (const concurrency of [1, 3]) {
      const { miner, backend, open } = setting();
      miner.put(...posts(0, 100, 4));
      const { put } = backend;
      let [now, most] = [0, 0];
      backend.put = async (...args) => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        try {
          return await put.apply(backend, args);
        } finally {
          now -= 1;
        }
      };
      await (await open({ concurrency, maxRowsPerFile: 10 })).run();
      expect(most).toBe(concurrency);
    }
  });

  it('wait for their share of the bandwidth, all of them together', async () => {
    let now = 0;
    const slept: number[] = [];
    const limit = new RateLimit(1_000, {
      now: () => now,
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
        now += milliseconds;
      },
    });
    const bytes = Buffer.alloc(2_500, 7);
    const [one, two] = [
      limit.over(bytesSource(bytes), undefined),
      limit.over(bytesSource(bytes), undefined),
    ];
    expect(one.size).toBe(2_500);
    expect(await readAll(one.stream())).toEqual(bytes);
    expect(await readAll(two.stream({ start: 500, end: 1_000 }))).toEqual(
      bytes.subarray(500, 1_000),
    );
    // A second may be used at once.
    expect(now).toBe(2_000);
    now += 60_000;
    await readAll(two.stream());
    expect(slept).toEqual([1_500, 500, 1_500]);
  });

  it('that are limited read in place too, and end with the signal', async () => {
    const limit = new RateLimit(10);
    const source = {
      ...bytesSource(new Uint8Array(1_000)),
      open: async () => ({
        read: async (into: Uint8Array) => into.byteLength,
        close: async () => undefined,
      }),
    };
    const controller = new AbortController();
    const reader = await limit.over(source, controller.signal).open?.();
    const read = reader?.read(new Uint8Array(1_000), 0);
    controller.abort();
    await expect(read).rejects.toThrow(/abort/i);
    await reader?.close();
  });

  it('within a limit publish what a run without one publishes', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 4));
    await (await open({ bytesPerSecond: 50_000_000 })).run();
    await expectPublished(backend, miner.path);
  });
});

it('the time left follows the rows of the whole run, uploads included', () => {
  let now = 0;
  const left = new TimeLeft(() => now);
  const progress = { bytesDone: 0, bytesTotal: 0, bucketsDone: 0, secondsLeft: null };
  expect(left.of({ ...progress, phase: 'scan', rowsDone: 0, rowsTotal: 0 })).toBeNull();
  expect(left.of({ ...progress, phase: 'write', rowsDone: 0, rowsTotal: 100 })).toBeNull();
  now = 10_000;
  expect(left.of({ ...progress, phase: 'write', rowsDone: 20, rowsTotal: 100 })).toBe(40);
  now = 20_000;
  expect(left.of({ ...progress, phase: 'upload', rowsDone: 20, rowsTotal: 100 })).toBe(80);
  expect(left.of({ ...progress, phase: 'upload', rowsDone: 100, rowsTotal: 100 })).toBe(0);
});
