import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectPublished } from './support/dataset.ts';
import { begin, histories, undisturbed } from './support/histories.ts';
import { posts } from './support/miner.ts';
import { setting } from './support/setting.ts';
import { runAndKill } from './support/simulated-kill.ts';

/** More of them where somebody has the time: DATA_UNIVERSE_HISTORIES=1000. */
const runs = Number(process.env.DATA_UNIVERSE_HISTORIES ?? 25);
const minutes = 60_000;

describe('whatever happens to a miner', () => {
  it(
    'the next undisturbed run leaves a dataset equal to the database, row for row, no row twice',
    async () => {
      await fc.assert(
        fc.asyncProperty(histories(30), async (commands) => {
          const { model, real } = begin();
          await fc.asyncModelRun(() => ({ model, real }), commands);
          // What an exchange at equal size hides, a full scan sees; the rest any run does.
          await undisturbed(model, real, { fullScan: model.hidden });
          await expectPublished(real.backend, real.miner.path);
          const again = await real.open({ compaction: false });
          expect(await again.run({ fullScan: true })).toMatchObject({ commits: 0 });
        }),
        { numRuns: runs },
      );
    },
    Math.max(3, runs / 10) * minutes,
  );

  it('a kill at each awaited step of a run, one after the other, is repaired by the next', async () => {
    const { miner, backend, ...rest } = setting();
    const it = { miner, backend, ...rest };
    const options = { maxRowsPerFile: 20, maxFilesPerCommit: 2, compaction: { minFiles: 3 } };
    for (let at = 0, killed = true; killed; at += 1) {
      miner.put(...posts(at * 13, at * 13 + 40, 5));
      miner.delete(...posts(at * 5, at * 5 + 3, 5).map(({ uri }) => uri));
      killed = await runAndKill(it, at, await it.open(options));
      await (await it.open(options)).run();
      await expectPublished(backend, miner.path);
      expect(at).toBeLessThan(120);
    }
  }, 180_000);
});
