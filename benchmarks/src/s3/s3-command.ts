import { contextOf, formatBytes, renderTable, UsageError } from '@data-universe/app-kit';
import { Command } from 'commander';
import { machine, median } from '../measure/figures.ts';
import type { Sample } from '../measure/sample.ts';
import { S3_TASKS, type S3Task } from './tasks-of-s3.ts';

interface Ratios {
  readonly throughputRatio: number;
  readonly memoryRatio: number;
}

/** With the ratios to the raw SDK in the same direction. */
interface Row extends Ratios {
  readonly task: S3Task;
  readonly megabytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export interface S3Report {
  /** Of the file, 10^6 bytes. */
  readonly megabytes: number;
  readonly rounds: number;
  readonly machine: ReturnType<typeof machine>;
  readonly rows: readonly Row[];
  /** S3Backend's put to the SDK's own uploader of parts. */
  readonly toUploader: Ratios;
}

export function s3Command(): Command {
  const command = new Command('s3')
    .description('Put and read a file over loopback, against the raw SDK and plain node:http.')
    .option('--mb <n>', 'size of the file in 10^6 bytes', parseMegabytes, 261)
    .option('--rounds <n>', 'how often each is measured', parseMegabytes, 3)
    .action(async ({ mb, rounds }: { readonly mb: number; readonly rounds: number }) => {
      // Every measured process loads this file, and nothing of what it does not measure.
      const { compareS3 } = await import('./compare.ts');
      const { output, progress, signal } = contextOf(command);
      const total = rounds * S3_TASKS.length;
      const phase = progress.phase('s3', { unit: 'runs' });
      const onRun = (done: number) => phase.update(done, total);
      const samples = await compareS3({ megabytes: mb, rounds, signal, onRun });
      phase.update(total);
      phase.done();
      const report = reportOf(mb, rounds, samples);
      output.print(report, () => textOf(report));
    });
  return command;
}

/** What serves the measured processes. */
export function serveS3Command(): Command {
  return new Command('serve-s3').argument('<directory>').action(async (directory: string) => {
    const { serveUntilInputEnds } = await import('./serve.ts');
    await serveUntilInputEnds(directory);
  });
}

type Samples = ReadonlyMap<S3Task, readonly Sample[]>;

function reportOf(megabytes: number, rounds: number, samples: Samples): S3Report {
  const of = (task: S3Task) => samples.get(task) ?? [];
  const rows = S3_TASKS.map((task): Row => {
    const own = of(task);
    const sdk = of(task.endsWith('put') ? 'raw SDK, put' : 'raw SDK, ranges');
    return {
      task,
      megabytesPerSecond: median(own.map(({ units, seconds }) => units / seconds)),
      cpuSeconds: median(own.map(({ cpuSeconds }) => cpuSeconds)),
      peakRssBytes: median(own.map(({ peakRssBytes }) => peakRssBytes)),
      ...ratiosOf(own, sdk),
    };
  });
  const toUploader = ratiosOf(of('S3Backend, put'), of('SDK in parts, put'));
  return { megabytes, rounds, machine: machine(), rows, toUploader };
}

/** Medians of the rounds' own ratios. */
function ratiosOf(own: readonly Sample[], others: readonly Sample[]): Ratios {
  const ratio = (of: (sample: Sample, other: Sample) => number) =>
    median(own.map((sample, round) => of(sample, others[round] ?? sample)));
  return {
    throughputRatio: ratio((sample, other) => other.seconds / sample.seconds),
    memoryRatio: ratio((sample, other) => sample.peakRssBytes / other.peakRssBytes),
  };
}

function textOf({ rows, megabytes, toUploader }: S3Report): string {
  const table = renderTable(
    [
      { title: `${megabytes} MB`, value: ({ task }) => task },
      { title: 'MB/s', align: 'right', value: (row) => row.megabytesPerSecond.toFixed(1) },
      { title: 'CPU seconds', align: 'right', value: (row) => row.cpuSeconds.toFixed(2) },
      { title: 'peak RSS', align: 'right', value: (row) => formatBytes(row.peakRssBytes) },
      { title: 'speed to SDK', align: 'right', value: (row) => row.throughputRatio.toFixed(2) },
      { title: 'memory to SDK', align: 'right', value: (row) => row.memoryRatio.toFixed(2) },
    ],
    rows,
  );
  const [speed, memory] = [toUploader.throughputRatio, toUploader.memoryRatio];
  return `${table}
S3Backend, put to SDK in parts, put: ${speed.toFixed(2)} of its speed, ${memory.toFixed(2)} of its memory
`;
}

function parseMegabytes(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(`${JSON.stringify(text)} is no number: write it as 261`);
}
