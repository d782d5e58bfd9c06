import { contextOf, formatBytes, renderTable, UsageError } from '@data-universe/app-kit';
import { Command } from 'commander';
import { machine, median } from '../measure/figures.ts';
import type { Sample } from '../measure/sample.ts';
import { S3_TASKS } from './tasks-of-s3.ts';

interface Row {
  readonly task: string;
  readonly megabytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  /** To the raw SDK in the same direction. */
  readonly throughputRatio: number;
  readonly memoryRatio: number;
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
      const rows = S3_TASKS.map((task) => {
        const sdk = task.endsWith('put') ? 'raw SDK, put' : 'raw SDK, ranges';
        return rowOf(task, samples.get(task) ?? [], samples.get(sdk) ?? []);
      });
      output.print({ megabytes: mb, rounds, machine: machine(), rows }, () => textOf(rows, mb));
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

function rowOf(task: string, samples: readonly Sample[], sdk: readonly Sample[]): Row {
  const ratios = (ratio: (own: Sample, other: Sample) => number) =>
    median(samples.map((sample, round) => ratio(sample, sdk[round] ?? sample)));
  return {
    task,
    megabytesPerSecond: median(samples.map(({ units, seconds }) => units / seconds)),
    cpuSeconds: median(samples.map(({ cpuSeconds }) => cpuSeconds)),
    peakRssBytes: median(samples.map(({ peakRssBytes }) => peakRssBytes)),
    throughputRatio: ratios((own, other) => other.seconds / own.seconds),
    memoryRatio: ratios((own, other) => own.peakRssBytes / other.peakRssBytes),
  };
}

function textOf(rows: readonly Row[], megabytes: number): string {
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
  return `${table}\n`;
}

function parseMegabytes(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(`${JSON.stringify(text)} is no number: write it as 261`);
}
