import { expect, it } from 'vitest';
import { reportOf } from '../src/measure/figures.ts';
import type { Sample } from '../src/measure/sample.ts';

const comparison = {
  prepare: 'make the database',
  subject: 'publisher, raw',
  baseline: 'scan, zstd 3, SHA-256',
  units: 1_000,
  rounds: 3,
} as const;

const sample = (seconds: number, cpuSeconds: number): Sample => ({
  units: 1_000,
  bytes: 8_000_000,
  seconds,
  cpuSeconds,
  peakRssBytes: 100,
});

it('reports medians, and the median of the ratios of neighbouring runs', () => {
  const report = reportOf('publish', comparison, {
    subject: [sample(4, 4), sample(2, 2), sample(40, 4)],
    baseline: [sample(1, 2), sample(1, 1), sample(20, 1)],
  });
  expect(report.subject).toMatchObject({ seconds: 4, unitsPerSecond: 250, megabytesPerSecond: 2 });
  expect(report.baseline).toMatchObject({ seconds: 1, unitsPerSecond: 1_000, cpuSeconds: 1 });
  // 1/4, 1/2 and 20/40.
  expect(report.ratio).toBe(0.5);
  // 2/4, 1/2 and 1/4.
  expect(report.cpuRatio).toBe(0.5);
});

it('takes the middle of two for an even number of rounds', () => {
  const report = reportOf(
    'publish',
    { ...comparison, rounds: 2 },
    { subject: [sample(2, 1), sample(4, 1)], baseline: [sample(1, 1), sample(1, 1)] },
  );
  expect(report.subject.seconds).toBe(3);
  expect(report.ratio).toBe(0.375);
});

it('knows no megabytes a second where nothing has a size', () => {
  const request = { ...sample(1, 1), bytes: null };
  const report = reportOf('auth', comparison, { subject: [request], baseline: [request] });
  expect(report.subject.megabytesPerSecond).toBeNull();
});
