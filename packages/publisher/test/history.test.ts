import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CycleStep } from '../src/index.ts';
import { expectPublished } from './support/dataset.ts';
import { unavailable } from './support/faulty-backend.ts';
import { post } from './support/miner.ts';
import { type Setting, setting } from './support/setting.ts';

const HOURS = 6;
const number = fc.integer({ min: 0, max: 60 });
const hour = fc.integer({ min: 0, max: HOURS - 1 });
const step = fc.constantFrom<CycleStep>(
  'plan',
  'write',
  'intent',
  'put',
  'verify',
  'manifest',
  'ledger',
  'clean-up',
);

/** What may happen to a miner, one thing after another. */
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('write'), n: number, hour, text: number }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('same-size'), n: number }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), n: number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clean'), hour }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('run'), fullScan: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('crash'), step, passes: fc.nat({ max: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      put: fc.nat({ max: 6 }),
      lost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose-ledger' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'damage-ledger' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lose-staging' as const }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const failed = () => undefined;

async function happen(it: Setting, event: Event): Promise<void> {
  const { miner, backend, open, stateDirectory } = it;
  const publisher = await open({ maxRowsPerFile: 8, maxFilesPerCommit: 2 });
  const state = join(stateDirectory, 'x');
  if ('text' in event) miner.put(post(event.n, event.hour, { text: `${event.text}` }));
  else if (event.kind === 'same-size')
    miner.db
      .prepare('UPDATE DataEntity SET content = randomblob(length(content)) WHERE uri = ?')
      .run(post((event as { n: number }).n, 0).uri);
  else if ('n' in event) miner.delete(post(event.n, 0).uri);
  else if ('hour' in event)
    miner.db
      .prepare('DELETE FROM DataEntity WHERE timeBucketId = ?')
      .run(post(0, event.hour).timeBucketId);
  else if ('fullScan' in event) await publisher.run({ fullScan: event.fullScan });
  else if ('step' in event) {
    let passes = event.passes;
    const onStep = (at: CycleStep) => {
      if (at === event.step && passes-- === 0) throw new Error('crash');
    };
    await publisher.run({ onStep }).catch(failed);
  } else if ('put' in event) {
    let left = event.put;
    backend[event.lost ? 'after' : 'before'] = ({ operation }) =>
      operation === 'put' && left-- === 0 ? unavailable() : undefined;
    await publisher.run().catch(failed);
    backend.after = undefined;
    backend.before = undefined;
  } else if (event.kind === 'lose-ledger')
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(state, `ledger.sqlite${suffix}`), { force: true });
  else if (event.kind === 'damage-ledger') {
    rmSync(join(state, 'ledger.sqlite'), { force: true });
    await publisher.run({ onStep: () => Promise.reject(new Error('crash')) }).catch(failed);
    writeFileSync(join(state, 'ledger.sqlite'), 'damage '.repeat(300));
  } else rmSync(join(state, 'staging'), { recursive: true, force: true });
}

describe('whatever happens to a miner', () => {
  it('the next undisturbed full scan leaves a dataset equal to the database', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 25 }), async (events) => {
        const it = setting();
        for (const event of events) await happen(it, event);
        const publisher = await it.open();
        await publisher.run({ fullScan: true });
        await expectPublished(it.backend, it.miner.path);
        expect(await publisher.run({ fullScan: true })).toMatchObject({ commits: 0 });
      }),
      { numRuns: 20, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
    );
  }, 90_000);

  it('a run without full scan is enough where nothing was replaced by rows of equal size', async () => {
    const visible = event.filter(({ kind }) => kind !== 'same-size');
    await fc.assert(
      fc.asyncProperty(fc.array(visible, { minLength: 3, maxLength: 25 }), async (events) => {
        const it = setting();
        for (const event of events) {
          // Texts of one length have equal sizes too: make each number's length its own.
          if ('text' in event)
            await happen(it, { ...event, text: Number('7'.repeat(1 + (event.text % 15))) });
          else await happen(it, event);
        }
        await (await it.open()).run();
        await expectPublished(it.backend, it.miner.path);
      }),
      { numRuns: 12, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
    );
  }, 90_000);
});
