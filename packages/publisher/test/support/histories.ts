import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Publisher, RunOptions } from '../../src/index.ts';
import { expectPublished, readBack } from './dataset.ts';
import { unavailable } from './faulty-backend.ts';
import { FIRST_BUCKET, post } from './miner.ts';
import { type Setting, setting } from './setting.ts';
import { runAndKill } from './simulated-kill.ts';

const HOURS = 6;
const POSTS = 60;

/** What a history knows of itself; the rows to expect stand in the database. */
export interface Model {
  /** Rows of equal uri, label, size and hour were exchanged since all rows were last compared. */
  hidden: boolean;
  hasBackup: boolean;
}

export interface Real extends Setting {
  readonly backup: string;
  /** Seconds that the machine's clock is ahead. */
  clockOffset: number;
}

type History = fc.AsyncCommand<Model, Real>;

export function begin(): { model: Model; real: Real } {
  const it = setting();
  return {
    model: { hidden: false, hasBackup: false },
    real: { ...it, backup: join(it.folder, 'backup.sqlite'), clockOffset: 0 },
  };
}

function publisher(real: Real, stateDirectory = real.stateDirectory): Promise<Publisher> {
  return real.open({
    stateDirectory,
    maxRowsPerFile: 8,
    maxFilesPerCommit: 2,
    compaction: { minFiles: 3 },
    clock: () => new Date((FIRST_BUCKET + 1_000) * 3_600_000 + real.clockOffset * 1_000),
  });
}

/** Whatever is read between two commits holds every row once, which reading back checks. */
const readsBack =
  (real: Real): RunOptions['onStep'] =>
  async (step) => {
    if (step === 'ledger') await readBack(real.backend);
  };

/** A run that nothing disturbs, after which the dataset has to be the database, row for row. */
export async function undisturbed(
  model: Model,
  real: Real,
  options: { fullScan?: boolean } = {},
): Promise<void> {
  await (await publisher(real)).run({ ...options, onStep: readsBack(real) });
  if (options.fullScan) model.hidden = false;
  if (!model.hidden) await expectPublished(real.backend, real.miner.path);
}

/** A command whose name says what it does when a failing history is printed. */
function command(
  name: string,
  run: (model: Model, real: Real) => void | Promise<void>,
  check: (model: Model) => boolean = () => true,
): History {
  return {
    check: (model) => check(model),
    run: async (model, real) => run(model, real),
    toString: () => name,
  };
}

const number = fc.integer({ min: 0, max: POSTS });
const hour = fc.integer({ min: 0, max: HOURS - 1 });
const wait = fc.nat({ max: 60 });
const ledgerOf = ({ stateDirectory }: Real) => join(stateDirectory, 'x', 'ledger.sqlite');

const byTheMiner: fc.Arbitrary<History>[] = [
  // Texts of different length: the size of a row says which of them it holds.
  fc
    .tuple(number, hour, fc.nat({ max: 15 }))
    .map(([n, at, length]) =>
      command(`put ${n} into hour ${at}, ${length} long`, (_, { miner }) =>
        miner.put(post(n, at, { text: '7'.repeat(length) })),
      ),
    ),
  number.map((n) =>
    command(`exchange ${n} at equal size`, (model, { miner }) => {
      const { changes } = miner.db
        .prepare('UPDATE DataEntity SET content = randomblob(length(content)) WHERE uri = ?')
        .run(post(n, 0).uri);
      if (changes > 0) model.hidden = true;
    }),
  ),
  number.map((n) => command(`delete ${n}`, (_, { miner }) => miner.delete(post(n, 0).uri))),
  hour.map((at) =>
    command(`clean hour ${at}`, (_, { miner }) => {
      miner.db.prepare('DELETE FROM DataEntity WHERE timeBucketId = ?').run(FIRST_BUCKET + at);
    }),
  ),
  fc.constant(
    command('back the database up', async (model, { miner, backup }) => {
      await miner.db.backup(backup);
      model.hasBackup = true;
    }),
  ),
  fc.constant(
    command(
      'restore the older copy',
      (_, { miner, backup }) => miner.restore(backup),
      ({ hasBackup }) => hasBackup,
    ),
  ),
];

const byThePublisher: fc.Arbitrary<History>[] = [
  fc
    .boolean()
    .map((fullScan) =>
      command(fullScan ? 'full scan' : 'run', (model, real) =>
        undisturbed(model, real, { fullScan }),
      ),
    ),
  fc.nat({ max: 40 }).map((at) =>
    command(`kill at await ${at}`, async (_, real) => {
      await runAndKill(real, at, await publisher(real));
      await readBack(real.backend);
    }),
  ),
  fc.nat({ max: 25 }).map((at) =>
    command(`stop after await ${at}`, async (_, real) => {
      const stop = new AbortController();
      let left = at;
      const step = () => {
        if (left-- === 0) stop.abort();
        return undefined;
      };
      real.backend.before = step;
      await (await publisher(real)).run({ stop: stop.signal, onStep: step });
      real.backend.before = undefined;
    }),
  ),
  fc.tuple(fc.nat({ max: 20 }), fc.boolean(), fc.boolean()).map(([at, lost, refused]) =>
    command(
      `${refused ? 'refusal' : 'failure'} of call ${at}${lost ? ', done' : ''}`,
      async (_, real) => {
        let left = at;
        // From then on: a store that is down, credentials that are no longer taken.
        real.backend[lost ? 'after' : 'before'] = () =>
          left-- > 0 ? undefined : unavailable('put', refused ? 'PermissionDenied' : 'Unavailable');
        const failure = await (await publisher(real)).run().catch((error: unknown) => error);
        real.backend.after = undefined;
        real.backend.before = undefined;
        if (failure instanceof Error && failure.name !== 'StorageError') throw failure;
      },
    ),
  ),
  fc.constant(
    command('another machine publishes', async (_, real) => {
      await (await publisher(real, join(real.folder, 'another-machine'))).run();
      await readBack(real.backend);
    }),
  ),
];

const byTheDisk: fc.Arbitrary<History>[] = [
  fc.constant(
    command('lose the ledger', (_, real) => {
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(`${ledgerOf(real)}${suffix}`, { force: true });
    }),
  ),
  wait.map((size) =>
    command(`cut the ledger to ${size} kB`, (_, real) => {
      tryOn(() => truncateSync(ledgerOf(real), size * 1024));
    }),
  ),
  fc.constant(
    command('overwrite the ledger', (_, real) => {
      tryOn(() => writeFileSync(ledgerOf(real), 'damage '.repeat(300), { flag: 'r+' }));
    }),
  ),
  fc.constant(
    command('lose the staging folder', (_, { stateDirectory }) => {
      rmSync(join(stateDirectory, 'x', 'staging'), { recursive: true, force: true });
    }),
  ),
  fc.integer({ min: -100_000, max: 100_000 }).map((seconds) =>
    command(`set the clock by ${seconds} s`, (_, real) => {
      real.clockOffset += seconds;
    }),
  ),
];

/** There is none before the first run. */
function tryOn(damage: () => void): void {
  try {
    damage();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOENT' });
  }
}

/** Anything that may happen to a miner, in any order. */
export const histories = (maxCommands: number) =>
  fc.commands(
    [
      // The miner writes more often than anything breaks.
      ...[0, 1, 2, 3].map(() => byTheMiner[0] as fc.Arbitrary<History>),
      ...byTheMiner,
      ...byThePublisher,
      ...byThePublisher,
      ...byTheDisk,
    ],
    { maxCommands },
  );
