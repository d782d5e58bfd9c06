import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileSystemBackend } from '@data-universe/storage-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectPublished } from './support/dataset.ts';
import { post, posts } from './support/miner.ts';
import { type Setting, setting } from './support/setting.ts';

const child = fileURLToPath(new URL('./support/publish-child.mjs', import.meta.url));
const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** More of them where somebody has the time: DATA_UNIVERSE_KILLS=200. */
const KILLS = Number(process.env.DATA_UNIVERSE_KILLS ?? 6);

/** Numbers from 0 to 1, the same ones every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Run {
  readonly process: ChildProcess;
  /** Standard output, and how it ended. */
  readonly ended: Promise<{ output: string; signal: NodeJS.Signals | null; code: number | null }>;
}

interface Place {
  readonly databasePath: string;
  readonly stateDirectory: string;
  readonly storeDirectory: string;
  readonly compaction?: { readonly minFiles: number };
}

function start(place: Place, stopAt?: { step: string; passes: number; hold?: boolean }): Run {
  const run = spawn(process.execPath, [child, JSON.stringify({ ...place, stopAt })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    run.kill('SIGKILL');
  });
  let output = '';
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<Awaited<Run['ended']>>((resolve, reject) => {
    run.on('error', reject);
    run.on('close', (code, signal) => resolve({ output, signal, code }));
  });
  return { process: run, ended };
}

function place(): Place &
  Pick<Setting, 'miner' | 'open'> & { readonly backend: FileSystemBackend } {
  const { folder, stateDirectory, miner, open } = setting();
  const storeDirectory = join(folder, 'store');
  mkdirSync(storeDirectory);
  return {
    databasePath: miner.path,
    stateDirectory,
    storeDirectory,
    miner,
    open,
    backend: new FileSystemBackend({ directory: storeDirectory }),
  };
}

describe('kill -9', () => {
  beforeAll(() => expect(existsSync(built), 'build the package first').toBe(true));

  it.each(['plan', 'write', 'intent', 'put', 'verify', 'manifest', 'ledger', 'clean-up'])(
    'at the step %s is repaired by the next run',
    async (step) => {
      const { miner, backend, open: _, ...where } = place();
      miner.put(...posts(0, 1_500, 12));
      const passes = step === 'plan' ? 0 : 1;
      expect((await start(where, { step, passes }).ended).signal).toBe('SIGKILL');
      miner.put(...posts(1_500, 1_600, 12), post(5, 5, { text: 'replaced after the kill' }));
      miner.delete(post(24, 0).uri);
      const { output, code } = await start(where).ended;
      expect(code, output).toBe(0);
      await expectPublished(backend, where.databasePath);
    },
  );

  it(
    `at ${KILLS} random moments, over a growing database, loses and repeats nothing`,
    async () => {
      const { miner, backend, open: _, ...where } = place();
      const random = seeded(20_261_122);
      let kills = 0;
      let longest = 0;
      const steps = new Map<string, number>();
      for (let round = 0; kills < KILLS; round += 1) {
        const first = round * 300;
        miner.put(...posts(first, first + 300, 10));
        miner.put(post(round * 7, (round * 7) % 10, { text: `replaced in round ${round}` }));
        const moved = post(round * 11, (round * 11) % 10);
        miner.put({ ...moved, timeBucketId: moved.timeBucketId + 1 });
        miner.delete(post(round * 13, 0).uri);
        const run = start(where);
        await once(run.process.stdout ?? run.process, 'data');
        const begun = performance.now();
        // The first run, and each one that was too fast, tells how long one takes.
        const kill = () => run.process.kill('SIGKILL');
        const timer = longest > 0 ? setTimeout(kill, random() * longest) : undefined;
        const { signal, code, output } = await run.ended;
        clearTimeout(timer);
        if (signal === 'SIGKILL') {
          kills += 1;
          const step = output.trimEnd().split('\n').at(-1) ?? '';
          steps.set(step, (steps.get(step) ?? 0) + 1);
        } else {
          expect(code, output).toBe(0);
          longest = performance.now() - begun;
        }
        if (kills % 25 === 0) {
          expect((await start(where).ended).code).toBe(0);
          await expectPublished(backend, where.databasePath);
        }
      }
      const { output, code } = await start(where).ended;
      expect(code, `${output} after ${kills} kills`).toBe(0);
      await expectPublished(backend, where.databasePath);
      if (process.env.DATA_UNIVERSE_KILLS)
        console.log(`${kills} kills; the last step begun before each:`, Object.fromEntries(steps));
    },
    120_000 + KILLS * 20_000,
  );

  it.each(['write', 'intent', 'put', 'verify', 'manifest', 'ledger', 'clean-up'])(
    'while small files are merged, at the step %s, is repaired by the next run',
    async (step) => {
      const { miner, backend, open, ...where } = place();
      const publisher = await open({ backend, compaction: false });
      for (let n = 0; n < 3; n += 1) {
        miner.put(...posts(n * 40, n * 40 + 40, 4));
        await publisher.run();
      }
      const merging = { ...where, compaction: { minFiles: 3 } };
      const passes = step === 'write' ? 1 : 0;
      expect((await start(merging, { step, passes }).ended).signal).toBe('SIGKILL');
      miner.put(...posts(120, 130, 4));
      const { output, code } = await start(merging).ended;
      expect(code, output).toBe(0);
      await expectPublished(backend, where.databasePath);
    },
  );

  it('of the holder frees the lock, which until then names it', async () => {
    const { miner, backend, open: _, ...where } = place();
    miner.put(...posts(0, 1_500, 12));
    const first = start(where, { step: 'put', passes: 0, hold: true });
    await new Promise<void>((resolve) => {
      first.process.stdout?.on('data', (text: string) => {
        if (text.includes('holding')) resolve();
      });
    });
    const second = await start(where).ended;
    expect(second.output).toMatch(new RegExp(`^Locked: .* pid ${first.process.pid} `, 'm'));
    first.process.kill('SIGKILL');
    await first.ended;
    // What it wrote about itself is still there: its pid is dead, or by now another program's.
    const holder = join(where.stateDirectory, 'x', 'lock.json');
    expect(JSON.parse(readFileSync(holder, 'utf8'))).toEqual({ pid: first.process.pid });
    writeFileSync(holder, JSON.stringify({ pid: process.pid }));
    expect((await start(where).ended).code).toBe(0);
    await expectPublished(backend, where.databasePath);
  });
});
