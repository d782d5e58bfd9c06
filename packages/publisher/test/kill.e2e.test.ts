import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileSystemBackend } from '@data-universe/storage-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectPublished } from './support/dataset.ts';
import { type Miner, post, posts } from './support/miner.ts';
import { setting } from './support/setting.ts';

const child = fileURLToPath(new URL('./support/publish-child.mjs', import.meta.url));
const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

interface Run {
  readonly process: ChildProcess;
  /** Standard output, and how it ended. */
  readonly ended: Promise<{ output: string; signal: NodeJS.Signals | null; code: number | null }>;
}

interface Place {
  readonly databasePath: string;
  readonly stateDirectory: string;
  readonly storeDirectory: string;
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

function place(): Place & { readonly miner: Miner; readonly backend: FileSystemBackend } {
  const { folder, stateDirectory, miner } = setting();
  const storeDirectory = join(folder, 'store');
  mkdirSync(storeDirectory);
  return {
    databasePath: miner.path,
    stateDirectory,
    storeDirectory,
    miner,
    backend: new FileSystemBackend({ directory: storeDirectory }),
  };
}

describe('kill -9', () => {
  beforeAll(() => expect(existsSync(built), 'build the package first').toBe(true));

  it.each(['plan', 'write', 'intent', 'put', 'verify', 'manifest', 'ledger', 'clean-up'])(
    'at the step %s is repaired by the next run',
    async (step) => {
      const { miner, backend, ...where } = place();
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

  it('at any moment, over a growing database, loses and repeats nothing', async () => {
    const { miner, backend, ...where } = place();
    let kills = 0;
    for (let round = 0; round < 8; round += 1) {
      miner.put(...posts(round * 700, (round + 1) * 700, 10));
      miner.put(post(round, round % 10, { text: `replaced in round ${round}` }));
      const run = start(where);
      const delay = 250 + Math.random() * 700;
      const timer = setTimeout(() => run.process.kill('SIGKILL'), delay);
      if ((await run.ended).signal === 'SIGKILL') kills += 1;
      clearTimeout(timer);
    }
    const { output, code } = await start(where).ended;
    expect(code, `${output} after ${kills} kills`).toBe(0);
    await expectPublished(backend, where.databasePath);
  });

  it('of the holder frees the lock, which until then names it', async () => {
    const { miner, backend, ...where } = place();
    miner.put(...posts(0, 1_500, 12));
    const first = start(where, { step: 'put', passes: 0, hold: true });
    await new Promise<void>((resolve) => {
      first.process.stdout?.on('data', (text: string) => {
        if (text.includes('holding')) resolve();
      });
    });
    const second = await start(where).ended;
    expect(second.output).toMatch(new RegExp(`^Locked: .* pid ${first.process.pid} `));
    first.process.kill('SIGKILL');
    await first.ended;
    expect((await start(where).ended).code).toBe(0);
    await expectPublished(backend, where.databasePath);
  });
});
