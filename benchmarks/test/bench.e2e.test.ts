import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { BENCHMARKS } from '../src/benchmarks.ts';
import type { BenchmarkReport } from '../src/measure/figures.ts';

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
  expect(subject[0]?.bytes).toBe(baseline[0]?.bytes);
});
