import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
  UsageError,
} from '@data-universe/app-kit';
import { Command } from 'commander';
import { BENCHMARKS, type Benchmark } from './benchmarks.ts';
import { compare } from './measure/compare.ts';
import { type BenchmarkReport, reportOf } from './measure/figures.ts';
import { sampleOf } from './measure/sample.ts';
import { taskInputSchema } from './measure/task.ts';
import { s3Command, serveS3Command } from './s3/s3-command.ts';
import { isTaskName, TASKS } from './tasks.ts';

export function createBenchProgram(): Command {
  const program = new Command('bench').description(
    'The main paths against baselines, side by side in one run: look at the ratios.',
  );
  for (const benchmark of BENCHMARKS) program.addCommand(benchmarkCommand(benchmark));
  program.addCommand(s3Command());
  program.addCommand(serveS3Command(), { hidden: true });
  program.addCommand(runTaskCommand(), { hidden: true });
  return addExamples(program, [
    { command: 'pnpm bench publish', text: 'with a made database of 200,000 rows' },
    { command: 'pnpm bench read --rows 1000000', text: 'with a larger one' },
    { command: 'pnpm bench auth --json', text: 'one JSON document' },
    { command: 'pnpm bench s3 --mb 12', text: 'with a file that goes up in one request' },
  ]);
}

interface BenchmarkOptions {
  readonly rows?: number;
  readonly requests?: number;
  readonly pairs?: number;
  readonly rounds: number;
}

function benchmarkCommand(benchmark: Benchmark): Command {
  const { name, description, unit, defaultUnits } = benchmark;
  const command = new Command(name)
    .description(description)
    .option(`--${unit} <n>`, 'how many', parseCount, defaultUnits)
    .option('--rounds <n>', 'how often each of the two is measured', parseCount, 3)
    .action(async (options: BenchmarkOptions) => {
      const { output, progress, signal } = contextOf(command);
      const comparison = {
        ...benchmark,
        units: options[unit] ?? defaultUnits,
        rounds: options.rounds,
      };
      const phase = progress.phase(name, { unit: 'runs' });
      const samples = await compare(comparison, {
        signal,
        onRun: (_task, done, total) => phase.update(done, total),
      });
      phase.update(2 * options.rounds);
      phase.done();
      const report = reportOf(name, comparison, samples);
      output.print(report, () => textOf(report, unit));
    });
  return command;
}

/** What a child process is started with: one task, its sample as JSON on standard output. */
function runTaskCommand(): Command {
  const command = new Command('run-task')
    .argument('<name>')
    .argument('<input>')
    .action(async (name: string, input: string) => {
      if (!isTaskName(name)) throw new UsageError(`${JSON.stringify(name)} is no task`);
      const sample = await sampleOf(await TASKS[name](), taskInputSchema.parse(JSON.parse(input)));
      contextOf(command).output.print(sample, () => JSON.stringify(sample));
    });
  return command;
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${JSON.stringify(text)} is no number: write it as 100000`);
}

function textOf(report: BenchmarkReport, unit: Benchmark['unit']): string {
  const { machine, subject, baseline, ratio, cpuRatio, rounds } = report;
  const figures = renderTable(
    [
      { title: 'what', value: ({ task }) => task },
      {
        title: `${unit}/s`,
        align: 'right',
        value: (row) => formatCount(Math.round(row.unitsPerSecond)),
      },
      { title: 'MB/s', align: 'right', value: (row) => row.megabytesPerSecond?.toFixed(1) },
      { title: 'seconds', align: 'right', value: ({ seconds }) => seconds.toFixed(2) },
      { title: 'CPU seconds', align: 'right', value: ({ cpuSeconds }) => cpuSeconds.toFixed(2) },
      {
        title: 'bytes written',
        align: 'right',
        value: (row) => row.writtenBytesPerUnit?.toFixed(1),
      },
      { title: 'peak RSS', align: 'right', value: (row) => formatBytes(row.peakRssBytes) },
    ],
    [subject, baseline],
  );
  return [
    `${formatCount(report.units)} ${unit}, medians of ${rounds} rounds; Node ${machine.node}, ${machine.cores} cores, ${machine.cpu}\n`,
    figures,
    `${subject.task} to ${baseline.task}: ${ratio.toFixed(3)} of its ${unit} a second, ${cpuRatio.toFixed(3)} of its ${unit} a CPU second
`,
  ].join('\n');
}
