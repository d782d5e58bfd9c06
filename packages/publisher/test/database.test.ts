import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { INDEXED_QUERIES } from '../src/database/bucket-queries.ts';
import { MinerDatabase } from '../src/database/miner-database.ts';
import { describeDatabase } from '../src/index.ts';
import { expectPublished } from './support/dataset.ts';
import { FIRST_BUCKET, type Miner, post, posts } from './support/miner.ts';
import { setting, temporaryFolder } from './support/setting.ts';

async function fingerprints(miner: Miner): Promise<Map<number, string>> {
  const database = new MinerDatabase(miner.path, 2);
  const found = new Map<number, string>();
  try {
    for await (const { bucketId, fingerprint } of database.buckets({ rows: 0 })) {
      found.set(bucketId, fingerprint.toString('hex'));
      await database.readBucket(bucketId, async (open) =>
        expect(open.fingerprint).toEqual(fingerprint),
      );
    }
  } finally {
    database.close();
  }
  return found;
}

describe("the miner's database", () => {
  it('is scanned for changes in its covering index alone, in order, without sorting', () => {
    const { miner } = setting();
    const planOf = (sql: string) =>
      miner.db
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all({ source: 2, after: 0, bucket: 0 })
        .map(({ detail }) => detail);
    expect(planOf(INDEXED_QUERIES.scan)).toEqual([
      expect.stringMatching(/^SEARCH e USING COVERING INDEX data_entity_bucket_index2 /),
    ]);
    expect(planOf(INDEXED_QUERIES.bucket)).toEqual([
      expect.stringMatching(/^SEARCH e USING COVERING INDEX data_entity_bucket_index2 /),
    ]);
    expect(planOf(INDEXED_QUERIES.uris)).toEqual([
      expect.stringMatching(/^SEARCH e USING COVERING INDEX data_entity_bucket_index2 /),
    ]);
    expect(planOf(INDEXED_QUERIES.rows)[0]).toMatch(/USING INDEX data_entity_bucket_index2/);
  });

  it.each([
    ['a uri', () => [{ ...post(4, 0), uri: 'https://x.com/other/status/19000000004' }]],
    ['a label', () => [post(4, 0, { label: '#label0' })]],
    ['a label that becomes null', () => [post(4, 0, { label: null })]],
    ['a null that becomes the label NULL', () => [post(0, 0, { label: 'NULL' })]],
    ['a size', () => [post(4, 0, { contentSizeBytes: 7 })]],
    ['one row more', () => [post(8, 0)]],
  ])('has another fingerprint for %s, in that bucket only', async (_, change) => {
    const { miner } = setting();
    miner.put(post(0, 0), post(4, 0), post(1, 1), post(1, 2, { uri: 'reddit', source: 1 }));
    const before = await fingerprints(miner);
    const [changed] = change();
    if (changed?.uri.includes('other')) miner.delete(post(4, 0).uri);
    miner.put(...change());
    const after = await fingerprints(miner);
    expect(after.get(FIRST_BUCKET)).not.toBe(before.get(FIRST_BUCKET));
    expect(after.get(FIRST_BUCKET + 1)).toBe(before.get(FIRST_BUCKET + 1));
    expect([...after.keys()]).toEqual([FIRST_BUCKET, FIRST_BUCKET + 1]);
  });

  it('is described source by source, those included that cannot be published', () => {
    const { miner } = setting();
    miner.put(...posts(0, 10, 2), post(20, 1, { source: 1 }), post(30, 1, { source: 5 }));
    expect(describeDatabase(miner.path)).toEqual({
      path: miner.path,
      hasBucketIndex: true,
      sources: [
        { id: 1, name: 'reddit', rows: 1, buckets: 1 },
        { id: 2, name: 'x', rows: 10, buckets: 2 },
        { id: 5, name: undefined, rows: 1, buckets: 1 },
      ],
    });
  });

  it('is reported missing, malformed or foreign with what to do about it', async () => {
    const { open } = setting();
    const folder = temporaryFolder();
    const missing = join(folder, 'missing.sqlite');
    await expect(open({ databasePath: missing })).rejects.toMatchObject({
      code: 'DatabaseNotFound',
      message: expect.stringContaining(missing),
    });
    const garbage = join(folder, 'garbage.sqlite');
    writeFileSync(garbage, 'not a database '.repeat(500));
    await expect(open({ databasePath: garbage })).rejects.toMatchObject({
      code: 'DatabaseMalformed',
    });
    const foreign = join(folder, 'foreign.sqlite');
    const db = new Database(foreign);
    db.exec('CREATE TABLE other (a)');
    await expect(open({ databasePath: foreign })).rejects.toThrow(/no table DataEntity/);
    db.exec('CREATE TABLE DataEntity (uri TEXT, source INTEGER)');
    db.close();
    await expect(open({ databasePath: foreign })).rejects.toThrow(
      /lacks datetime, timeBucketId, label, content, contentSizeBytes/,
    );
    expect(() => describeDatabase(missing)).toThrow(/DatabaseNotFound/);
  });

  it('that another program has locked is busy, and published once it is free', async () => {
    const { miner, backend, open } = setting({ miner: { journal: 'delete' } });
    miner.put(...posts(0, 20, 2));
    const publisher = await open({ busyTimeoutMs: 20 });
    miner.db.exec('BEGIN EXCLUSIVE');
    await expect(publisher.run()).rejects.toMatchObject({ code: 'DatabaseBusy', retryable: true });
    miner.db.exec('COMMIT');
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it('may be written to at every moment of a run: the next run publishes the rest', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 200, 8));
    const publisher = await open({ maxRowsPerFile: 30, maxFilesPerCommit: 1 });
    let n = 10_000;
    const write = () => {
      miner.put(post(n, n % 8), post(n % 200, (n % 200) % 8, { text: `replaced at ${n}` }));
      miner.delete(post((n * 7) % 200, 0).uri);
      n += 1;
    };
    backend.before = () => {
      write();
      return undefined;
    };
    await publisher.run({ onStep: write });
    backend.before = undefined;
    await publisher.run();
    await expectPublished(backend, miner.path);
  });

  it('is held by no read transaction while anything is sent', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 200, 8));
    const pagesLeft: unknown[] = [];
    backend.before = ({ operation }) => {
      miner.put(post(20_000 + pagesLeft.length, 3));
      // TRUNCATE succeeds only where no reader still needs the log.
      if (operation === 'put')
        pagesLeft.push(miner.db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }));
      return undefined;
    };
    await (await open()).run();
    expect(pagesLeft.length).toBeGreaterThan(0);
    expect(new Set(pagesLeft)).toEqual(new Set([0]));
  });

  it('may be replaced by an older copy of itself', async () => {
    const { miner, backend, open, folder } = setting();
    miner.put(...posts(0, 100, 5));
    const copy = join(folder, 'copy.sqlite');
    await miner.db.backup(copy);
    const publisher = await open();
    await publisher.run();
    miner.put(...posts(100, 150, 5), post(7, 2, { text: 'a newer text' }));
    await publisher.run();
    const older = await open({ databasePath: copy });
    expect(await older.run()).toMatchObject({ rowsRemoved: 50, rowsReplaced: 1 });
    await expectPublished(backend, copy);
  });

  it('may be restored in place: what an equal fingerprint hides is seen, once', async () => {
    const { miner, backend, open, folder } = setting();
    miner.put(...posts(0, 100, 5));
    const copy = join(folder, 'copy.sqlite');
    await miner.db.backup(copy);
    miner.put(post(7, 2, { text: 'TEXT of 7' }));
    const publisher = await open();
    await publisher.run();
    miner.restore(copy);
    expect(await publisher.run({ dryRun: true })).toMatchObject({ rowsReplaced: 1 });
    expect(await publisher.run()).toMatchObject({
      rowsReplaced: 1,
      rowsUnchanged: 99,
      warnings: [expect.stringContaining('every row is compared')],
    });
    await expectPublished(backend, miner.path);
    expect(await publisher.run()).toMatchObject({ bucketsChanged: 0, warnings: [] });
  });

  it('is never written to', async () => {
    const { miner, open } = setting();
    miner.put(...posts(0, 20, 2));
    const changes = () => miner.db.pragma('data_version', { simple: true });
    const before = changes();
    await (await open()).run({ fullScan: true });
    expect(changes()).toBe(before);
    const database = new MinerDatabase(miner.path, 2);
    onTestFinished(() => database.close());
    expect(database.urisOf(FIRST_BUCKET)).toHaveLength(10);
  });
});
