import { chmod, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../src/index.ts';
import { openSqliteState, type SqliteStateOptions } from '../src/state/sqlite/index.ts';
import { miner, validator } from './service-fixture.ts';
import { describeState } from './state-suite.ts';
import { temporaryFolder } from './temporary-folder.ts';

const START = Date.UTC(2026, 0, 5);
const aPath = async () => join(await temporaryFolder(), 'state.sqlite');

async function openState(path: string, options: SqliteStateOptions = {}) {
  const state = await openSqliteState(path, options);
  onTestFinished(() => state.close());
  return state;
}

function openRaw(path: string): Database.Database {
  const db = new Database(path);
  onTestFinished(() => {
    db.close();
  });
  return db;
}

describeState('one file', {
  async open(clock, count) {
    const path = await aPath();
    const first = await openState(path, { clock });
    const others = Array.from({ length: count - 1 }, () => openState(path, { clock }));
    return [first, ...(await Promise.all(others))];
  },
  async openBroken() {
    const path = await aPath();
    const state = await openState(path);
    await rm(path);
    return state;
  },
});

describe('the file', () => {
  test('is its owner’s alone, and so is what SQLite puts beside it', async () => {
    const path = await aPath();
    const state = await openState(path);
    await state.control.pause('all');
    for (const name of [path, `${path}-wal`, `${path}-shm`])
      expect((await stat(name)).mode & 0o777).toBe(0o600);
  });

  test('keeps nonces, quotas and levers over a restart', async () => {
    const path = await aPath();
    const clock = new ManualClock(START);
    const charge = {
      hotkey: miner.address,
      action: 'upload',
      day: '2026-01-05',
      limit: 1,
    } as const;
    const before = await openSqliteState(path, { clock });
    await before.nonces.claim(miner.address, 'n', START + 60_000);
    await before.quota.charge(charge);
    await before.control.deny(miner.address);
    before.close();
    const after = await openState(path, { clock, create: false });
    expect(await after.nonces.claim(miner.address, 'n', START + 60_000)).toBe(false);
    expect(await after.quota.charge(charge)).toBe(false);
    expect(await after.levers.isDenied(miner.address)).toBe(true);
  });

  test('has a claim before its promise is handed out, so that the time it takes can be billed', async () => {
    const path = await aPath();
    const state = await openState(path);
    const raw = openRaw(path);
    const claimed = state.nonces.claim(miner.address, 'n', Date.now() + 60_000);
    expect(raw.prepare('SELECT count(*) FROM nonce').pluck().get()).toBe(1);
    expect(await claimed).toBe(true);
  });

  test('may be made by many at once', async () => {
    const path = await aPath();
    const clock = new ManualClock(START);
    const all = await Promise.all(Array.from({ length: 8 }, () => openState(path, { clock })));
    const claims = all.map(({ nonces }) => nonces.claim(miner.address, 'n', START + 1_000));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });

  test('another program that holds it locked for a moment is waited for, and nothing else is kept waiting', async () => {
    const path = await aPath();
    const state = await openState(path, { clock: new ManualClock(START) });
    const other = openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      if (turns === 5) other.exec('COMMIT');
    }, 5);
    onTestFinished(() => clearInterval(timer));
    expect(await state.nonces.claim(miner.address, 'n', START + 1_000)).toBe(true);
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  test('who waits for it leaves when told to', async () => {
    const path = await aPath();
    const state = await openState(path, { clock: new ManualClock(START) });
    openRaw(path).exec('BEGIN IMMEDIATE');
    const controller = new AbortController();
    const claim = state.nonces.claim(miner.address, 'n', START + 1_000, controller.signal);
    controller.abort();
    await expect(claim).rejects.toThrow('aborted');
  });

  test('one that stays locked is an error that can be tried again', async () => {
    const path = await aPath();
    const state = await openState(path, { clock: new ManualClock(START) });
    openRaw(path).exec('BEGIN IMMEDIATE');
    await expect(state.nonces.claim(miner.address, 'n', START + 1_000)).rejects.toMatchObject({
      code: 'StateUnavailable',
      retryable: true,
    });
    // Levers are read beside a writer.
    expect(await state.levers.isDenied(miner.address)).toBe(false);
  });

  test('one that was replaced under a running service is not written on', async () => {
    const path = await aPath();
    const state = await openState(path, { clock: new ManualClock(START) });
    const other = `${path}-2`;
    (await openSqliteState(other)).close();
    await rename(other, path);
    await expect(state.nonces.claim(miner.address, 'n', START + 1_000)).rejects.toMatchObject({
      code: 'InvalidState',
      message: expect.stringContaining('restart'),
    });
  });
});

describe('growth is bounded', () => {
  test('expired nonces leave as new ones come, quotas of past days too', async () => {
    const path = await aPath();
    const clock = new ManualClock(START);
    const { nonces, quota } = await openState(path, { clock });
    const claim = (nonce: string) => nonces.claim(miner.address, nonce, clock.now() + 420_000);
    const charge = (day: string, hotkey = miner.address) =>
      quota.charge({ hotkey, action: 'read', day, limit: 9 });
    for (let index = 0; index < 40; index += 1) await claim(`old-${index}`);
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-05']) await charge(day);
    await charge('2026-01-02', validator.address);
    clock.advance(420_000);
    for (let index = 0; index < 6; index += 1) await claim(`new-${index}`);
    await charge('2026-01-06');
    const db = openRaw(path);
    expect(db.prepare('SELECT count(*) FROM nonce').pluck().get()).toBe(6);
    expect(db.prepare('SELECT DISTINCT day FROM quota ORDER BY day').pluck().all()).toEqual([
      '2026-01-05',
      '2026-01-06',
    ]);
  });

  test('a full file refuses new nonces, knows the old, and recovers as they expire', async () => {
    const path = await aPath();
    const clock = new ManualClock(START);
    const { nonces } = await openState(path, { clock, maxBytes: 64 * 4096 });
    const claim = (index: number) =>
      nonces.claim(miner.address, `${index}`.padStart(64, '0'), clock.now() + 420_000);
    let taken = 0;
    const fill = async () => {
      for (;;) {
        expect(await claim(taken)).toBe(true);
        taken += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({
      code: 'StateUnavailable',
      message: expect.stringContaining('no room'),
    });
    expect(taken).toBeGreaterThan(100);
    expect(await claim(0)).toBe(false);
    expect(await claim(taken - 1)).toBe(false);
    clock.advance(420_000);
    expect(await claim(taken)).toBe(true);
    expect(await claim(0)).toBe(true);
  });
});

describe('a file that can’t be used stops the start, and the error says what to do', () => {
  const refusal = (path: string, options: SqliteStateOptions = {}) =>
    expect(openSqliteState(path, options)).rejects;

  test('garbage', async () => {
    const path = await aPath();
    await writeFile(path, 'no database, by far', { mode: 0o600 });
    await refusal(path).toMatchObject({ code: 'InvalidState', retryable: false });
    await refusal(path).toThrow(/damaged.*move it away/);
  });

  test('damage within', async () => {
    const path = await aPath();
    const state = await openSqliteState(path);
    for (let index = 0; index < 200; index += 1)
      await state.nonces.claim(miner.address, `n${index}`, Date.now() + 60_000);
    state.close();
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(4_096, 0xa5), 0, 4_096, 4_096);
    await file.close();
    await refusal(path).toThrow(/damaged.*move it away/);
  });

  test('the database of another program', async () => {
    const path = await aPath();
    openRaw(path).exec('CREATE TABLE theirs (a)');
    await chmod(path, 0o600);
    await refusal(path).toThrow('not a state file');
    expect(openRaw(path).prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual([
      'theirs',
    ]);
  });

  test('an empty file, where none is to be made', async () => {
    const path = await aPath();
    await writeFile(path, '', { mode: 0o600 });
    await refusal(path, { create: false }).toThrow('not a state file');
  });

  test.skipIf(process.platform === 'win32')('one that others may write', async () => {
    const path = await aPath();
    (await openSqliteState(path)).close();
    await chmod(path, 0o620);
    await refusal(path).toThrow('chmod 600');
  });

  test('none, a folder, and a folder that is not there', async () => {
    const path = await aPath();
    await refusal(path, { create: false }).toThrow('no such file');
    await refusal(join(path, '..')).toThrow('is not a file');
    await refusal(join(path, 'below')).toThrow('no such file or folder');
  });

  test('one that another program holds locked is worth another try', async () => {
    const path = await aPath();
    (await openSqliteState(path)).close();
    openRaw(path).exec('BEGIN EXCLUSIVE');
    await refusal(path).toMatchObject({ code: 'StateUnavailable', retryable: true });
  });
});

describe('the owner’s hand', () => {
  test('shows what is switched off, since when and why', async () => {
    const clock = new ManualClock(START);
    const { control } = await openState(await aPath(), { clock });
    expect(await control.deny(miner.address, 'abuse')).toBe(true);
    expect(await control.deny(miner.address, 'again')).toBe(false);
    clock.advance(1_000);
    expect(await control.pause('upload')).toBe(true);
    expect(await control.pause('upload')).toBe(false);
    expect(await control.show()).toEqual({
      paused: [{ actions: 'upload', since: '2026-01-05T00:00:01.000Z', reason: null }],
      denied: [{ hotkey: miner.address, since: '2026-01-05T00:00:00.000Z', reason: 'abuse' }],
    });
    expect(await control.resume('upload')).toBe(true);
    expect(await control.resume('upload')).toBe(false);
    expect(await control.allow(validator.address)).toBe(false);
  });
});
