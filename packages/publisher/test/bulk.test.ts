import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  datasetPrefix,
  decodeText,
  encodingKey,
  loadDataset,
  openDataFile,
} from '@data-universe/dataset';
import { uncompressZstd } from '@data-universe/dataset/writing';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { expectPublished, NETUID, NETWORK, signer } from './support/dataset.ts';
import type { FaultyBackend } from './support/faulty-backend.ts';
import { post, posts } from './support/miner.ts';
import { setting } from './support/setting.ts';

describe('hours that are new', () => {
  it('are published as they stand, whatever is in them', async () => {
    const { miner, backend, open } = setting();
    const large = `{"text": "${'large '.repeat(30_000)}"}`;
    miner.put(
      ...posts(0, 300, 12),
      post(1_000, 2, { label: null, content: '' }),
      post(1_001, 2, { label: '', content: Buffer.from([0, 255, 0, 1]) }),
      post(1_002, 3, { label: 'a,b;ü\u0000', content: large, contentSizeBytes: -5 }),
      post(1_003, 3, { datetime: 'no, time', uri: 'näme,1,2' }),
      post(1_004, 11, { contentSizeBytes: 2 ** 53 - 1 }),
    );
    const report = await (await open({ maxRowsPerFile: 100 })).run();
    expect(report).toMatchObject({ rowsAdded: 305, totals: { rows: 305 } });
    await expectPublished(backend, miner.path);
  });

  it('are as new to the ledger as rows compared one by one: nothing is sent twice', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 300, 12));
    const publisher = await open({ maxRowsPerFile: 100 });
    await publisher.run();
    expect(await publisher.run({ fullScan: true })).toMatchObject({
      rowsUnchanged: 300,
      rowsPublished: 0,
      commits: 0,
    });
    miner.put(post(5, 5, { text: 'another' }), post(2_000, 4));
    miner.delete(post(7, 7).uri);
    expect(await publisher.run()).toMatchObject({ rowsAdded: 1, rowsReplaced: 1, rowsRemoved: 1 });
    await expectPublished(backend, miner.path);
  });

  it('take along a row that has left an hour published before', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 100, 4));
    const publisher = await open({ maxRowsPerFile: 20 });
    await publisher.run();
    const moved = post(8, 0);
    miner.put({ ...moved, timeBucketId: moved.timeBucketId + 50 });
    miner.put(...Array.from({ length: 30 }, (_, index) => post(5_000 + index, 50)));
    expect(await publisher.run()).toMatchObject({ rowsAdded: 30, rowsReplaced: 1 });
    await expectPublished(backend, miner.path);
  });

  it('leave no file behind when the run is stopped', async () => {
    const { miner, open, stateDirectory } = setting();
    miner.put(...posts(0, 300, 12));
    const controller = new AbortController();
    const publisher = await open({ maxRowsPerFile: 100 });
    const running = publisher.run({
      signal: controller.signal,
      onStep: (step) => {
        if (step === 'write') setImmediate(() => controller.abort(new Error('enough')));
      },
    });
    await running.catch((error: unknown) => expect(error).toMatchObject({ code: 'Aborted' }));
    const staged = readdirSync(join(stateDirectory, 'x', 'staging'));
    expect(staged.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await publisher.run();
  });
});

const keys = {
  username: encodingKey(new Uint8Array(32).fill(1)),
  url: encodingKey(new Uint8Array(32).fill(2)),
};

async function encodedRows(backend: FaultyBackend): Promise<Record<string, unknown>[]> {
  const which = { hotkey: signer.address, source: 'x', network: NETWORK, netuid: NETUID } as const;
  const { files } = await loadDataset(backend, which);
  const rows: Record<string, unknown>[] = [];
  for (const { file, masked } of files.values()) {
    const opened = await openDataFile(backend, datasetPrefix('x', signer.address), file);
    const all: Record<string, unknown>[] = await parquetReadObjects({
      file: opened,
      compressors: { ZSTD: uncompressZstd },
    });
    rows.push(...all.filter((_, row) => !masked.some(([start, end]) => start <= row && row < end)));
  }
  return rows;
}

describe('the profile encoded', () => {
  it('publishes every row with text, each once, through changes and a lost ledger', async () => {
    const { miner, backend, open } = setting();
    miner.put(...posts(0, 120, 6), post(900, 2, { content: '{}' }));
    const options = { profile: 'encoded', keys, maxRowsPerFile: 50 } as const;
    expect(await (await open(options)).run()).toMatchObject({ totals: { rows: 120 } });
    miner.put(post(3, 3, { text: 'another text' }), post(901, 3));
    const report = await (await open(options)).run();
    expect(report).toMatchObject({ rowsReplaced: 1, totals: { rows: 121 } });
    const check = async () => {
      const rows = await encodedRows(backend);
      const urls = rows.map((row) => decodeText(keys.url, String(row.url_encoded)));
      expect(new Set(urls).size).toBe(121);
      expect(rows.filter(({ text }) => text === 'another text')).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain('user3');
    };
    await check();
    const rebuilt = await open({ ...options, stateDirectory: `${miner.path}.other-state` });
    expect(await rebuilt.run()).toMatchObject({ totals: { rows: 121 } });
    await check();
  });

  it('needs its keys, and a source with a public form', async () => {
    const { open } = setting();
    await expect(open({ profile: 'encoded' })).rejects.toThrow(RangeError);
    await expect(open({ profile: 'encoded', keys, source: 'youtube' })).rejects.toThrow(RangeError);
  });
});
