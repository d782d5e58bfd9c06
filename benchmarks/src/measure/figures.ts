import { availableParallelism, cpus } from 'node:os';
import type { TaskName } from '../tasks.ts';
import type { Compared, Comparison } from './compare.ts';
import type { Sample } from './sample.ts';

/** Medians over the rounds. */
interface Figures {
  readonly task: TaskName;
  readonly seconds: number;
  readonly unitsPerSecond: number;
  /** Of content, 10^6 bytes; null where there is none. */
  readonly megabytesPerSecond: number | null;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  /** Of files, a unit; null where none are written. */
  readonly writtenBytesPerUnit: number | null;
}

export interface BenchmarkReport {
  readonly benchmark: string;
  readonly units: number;
  readonly rounds: number;
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number };
  readonly subject: Figures;
  readonly baseline: Figures;
  /** Subject's units a second to the baseline's: the median of the rounds' own ratios. */
  readonly ratio: number;
  /** The same by CPU seconds, which other work on the machine moves less. */
  readonly cpuRatio: number;
  readonly samples: Compared;
}

export function reportOf(
  benchmark: string,
  { subject, baseline, units, rounds }: Comparison,
  samples: Compared,
): BenchmarkReport {
  const ratioOf = (cost: (sample: Sample) => number) =>
    median(
      samples.subject.map((sample, round) => {
        const other = samples.baseline[round] ?? sample;
        return (cost(other) / other.units) * (sample.units / cost(sample));
      }),
    );
  return {
    benchmark,
    units,
    rounds,
    machine: machine(),
    subject: figuresOf(subject, samples.subject),
    baseline: figuresOf(baseline, samples.baseline),
    ratio: ratioOf(({ seconds }) => seconds),
    cpuRatio: ratioOf(({ cpuSeconds }) => cpuSeconds),
    samples,
  };
}

export function machine(): BenchmarkReport['machine'] {
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
  };
}

function figuresOf(task: TaskName, samples: readonly Sample[]): Figures {
  const bytes = samples[0]?.bytes ?? null;
  const written = samples[0]?.written;
  const seconds = median(samples.map((sample) => sample.seconds));
  return {
    task,
    seconds,
    unitsPerSecond: median(samples.map(({ units, seconds }) => units / seconds)),
    megabytesPerSecond: bytes === null ? null : bytes / seconds / 1e6,
    cpuSeconds: median(samples.map((sample) => sample.cpuSeconds)),
    writtenBytesPerUnit: written === undefined ? null : written / (samples[0]?.units ?? 1),
    peakRssBytes: median(samples.map((sample) => sample.peakRssBytes)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
