import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { BENCHMARKS } from '../src/benchmarks.ts';
import type { BenchmarkReport } from '../src/measure/figures.ts';
import type { S3Report } from '../src/s3/s3-command.ts';
import { S3_TASKS } from '../src/s3/tasks-of-s3.ts';

const bin = join(import.meta.dirname, '../dist/bin.js');

it.each(BENCHMARKS)('measures $name: all units done by both, once a round', async (benchmark) => {
  const { name, unit } = benchmark;
  const units = unit === 'rows' ? 500 : 20;
  const args = [name, `--${unit}`, String(units), '--rounds', '1', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args]);
  const report: BenchmarkReport = JSON.parse(stdout);
  const { subject, baseline } = report.samples;
  expect(report).toMatchObject({ benchmark: name, units, rounds: 1 });
  expect([...subject, ...baseline].map((sample) => sample.units)).toEqual([units, units]);
  // Reading without proof prints no content, so that it has none to count.
  if (name !== 'read') expect(subject[0]?.bytes).toBe(baseline[0]?.bytes);
});

it('measures s3: every path once a round, with a file that goes up in parts', async () => {
  const megabytes = 17;
  const args = ['s3', '--mb', String(megabytes), '--rounds', '1', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args]);
  const report: S3Report = JSON.parse(stdout);
  expect(report).toMatchObject({ megabytes, rounds: 1 });
  expect(report.rows.map(({ task }) => task)).toEqual(S3_TASKS);
  for (const row of report.rows) {
    expect(row.megabytesPerSecond).toBeGreaterThan(0);
    expect(row.peakRssBytes).toBeGreaterThan(0);
  }
  const ratios = Object.fromEntries(report.rows.map((row) => [row.task, row.throughputRatio]));
  expect([ratios['raw SDK, put'], ratios['raw SDK, ranges']]).toEqual([1, 1]);
});

it('prints s3 as a table, with the ratio to the uploader below', async () => {
  const args = ['s3', '--mb', '1', '--rounds', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args]);
  for (const task of S3_TASKS) expect(stdout).toContain(task);
  expect(stdout).toMatch(/S3Backend, put to SDK in parts, put: \d+\.\d\d of its speed/);
});
