import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectEqualRows, readTable, xPost } from '@data-universe/test-network';
import { describe, expect, it } from 'vitest';
import { setting } from './support/miner.ts';

const MIB = 1024 * 1024;

describe('an upload that is stopped in the middle of a large file', () => {
  it('goes on with the parts it has sent, however often, and is complete in the end', async () => {
    const { storage, database, stateDirectory, network } = await setting();
    const text = () => randomBytes(0.75 * MIB).toString('base64');
    database.put(...Array.from({ length: 24 }, (_, n) => xPost(n, 0, { text: text() })));
    const journal = join(stateDirectory, 'x', 'uploads');
    const miner = storage({ storeSettings: { partSize: 5 * MIB, partsAtOnce: 1 } });

    const stoppedAfter = async (bytes: number) => {
      const controller = new AbortController();
      const { signal } = controller;
      const run = miner.uploadData({
        signal,
        onProgress: (_, { phase, bytesDone }) => {
          if (phase === 'upload' && bytesDone > bytes) controller.abort();
        },
      });
      await expect(run).rejects.toThrow();
      const [name = ''] = readdirSync(journal);
      return readFileSync(join(journal, name), 'utf8');
    };
    const first = await stoppedAfter(6 * MIB);
    expect(await stoppedAfter(11 * MIB)).toBe(first);

    expect(await miner.uploadData()).toMatchObject({ ok: true });
    expect(readdirSync(journal)).toEqual([]);
    expectEqualRows(await network.published('x'), readTable(database.path, 'x'));
  });
}, 60_000);
