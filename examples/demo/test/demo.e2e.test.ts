import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ATTACKS } from '../src/attacks/attacks.ts';
import type { DemoReport } from '../src/demo.ts';

const bin = join(import.meta.dirname, '../dist/bin.js');
const shared = process.env.DATA_UNIVERSE_SHARED ?? join(import.meta.dirname, '../../../../shared');
const realTweets = join(shared, 'data/real-tweets.sqlite');
const maySkip = process.env.DATA_UNIVERSE_REQUIRE_ALL !== '1';

async function demo(...args: string[]): Promise<DemoReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [bin, '--json', ...args]);
  return JSON.parse(stdout);
}

it('publishes two made databases, reads every row back, sends only changes, and refuses each attack', async () => {
  const report = await demo();
  expect(report).toMatchObject({ differences: 0, idleRows: 0 });
  expect(report.databaseRows).toBeGreaterThan(10_000);
  expect(report.publishedRows).toBe(report.databaseRows);
  expect(report.readBackRows).toBe(report.databaseRows);
  expect(report.incrementalRows).toBe(report.changes.late + report.changes.replaced);
  expect(report.attacksRefused).toEqual(ATTACKS.map(({ name }) => name));
});

it.skipIf(maySkip && !existsSync(realTweets))(
  'does the same with a database of real tweets, which it leaves as it was (skipped without that data)',
  async () => {
    const report = await demo('--db', realTweets);
    expect(report).toMatchObject({
      databaseRows: 7316,
      publishedRows: 7316,
      readBackRows: 7316,
      differences: 0,
      idleRows: 0,
    });
    expect(report.attacksRefused).toHaveLength(ATTACKS.length);
  },
);
