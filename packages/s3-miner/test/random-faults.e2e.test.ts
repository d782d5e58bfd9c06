import { expectEqualRows, readTable, redditPost, xPost } from '@data-universe/test-network';
import { expect, it } from 'vitest';
import { type Fault, startFaultProxy } from '../../s3-core/test/support/fault-proxy.ts';
import { type Setting, setting } from './support/miner.ts';

const answered = (status: number, code: string) => ({
  status,
  body: `<Error><Code>${code}</Code></Error>`,
});

const FAULTS: readonly Fault[] = [
  'lose',
  { request: 'reset', at: 0 },
  { request: 'reset', at: 100 },
  { request: 'stall', at: 100 },
  { answer: 'reset', at: 400 },
  { answer: 'end', at: Number.POSITIVE_INFINITY },
  { answer: 'stall', at: 0 },
  answered(500, 'InternalError'),
  answered(503, 'SlowDown'),
  answered(403, 'ExpiredToken'),
];

/** Numbers from 0 to 1, the same for the same seed (an xorshift). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

async function expectPublished({ database, network }: Setting): Promise<void> {
  for (const source of ['reddit', 'x'] as const)
    expectEqualRows(await network.published(source), readTable(database.path, source));
}

it.each([
  { share: 0.01, rounds: 12, seed: 11, presigned: false },
  { share: 0.2, rounds: 4, seed: 23, presigned: false },
  { share: 0.01, rounds: 12, seed: 31, presigned: true },
  { share: 0.2, rounds: 4, seed: 43, presigned: true },
])(
  'with $share of the requests failing, every round is published (presigned: $presigned)',
  async (table) => {
    const { share, rounds, seed, presigned } = table;
    const random = randomOf(seed);
    let faults = 0;
    const miner = await setting({ presigned });
    const proxy = await startFaultProxy(miner.network.cloud.endpoint, () => {
      if (random() >= share) return undefined;
      faults += 1;
      return FAULTS[Math.floor(random() * FAULTS.length)];
    });
    try {
      const storage = miner.storage({
        store: { endpoint: proxy.endpoint },
        storeSettings: { idleTimeoutMs: 1_000 },
      });
      for (let round = 0; round < rounds; round += 1) {
        for (let n = 0; n < 20; n += 1)
          miner.database.put(xPost(100 * round + n, n % 3), redditPost(100 * round + n, n % 3));
        miner.database.delete(xPost(100 * round - 95, 2).uri);
        // What fails in spite of its repeats says so, and the next run completes it.
        let report = await storage.uploadData();
        for (let again = 0; !report.ok && again < 5; again += 1) {
          for (const outcome of report.sources)
            if (!outcome.ok) expect(outcome.error).toMatchObject({ retryable: true });
          report = await storage.uploadData();
        }
        expect(report.ok).toBe(true);
        await expectPublished(miner);
      }
      expect(proxy.seen.length).toBeGreaterThan(60);
      expect(faults).toBeGreaterThan(0);
    } finally {
      await proxy.close();
    }
  },
);
