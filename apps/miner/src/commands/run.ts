import {
  addExamples,
  contextOf,
  EXIT,
  type ExitCode,
  exitCodeFor,
  formatDuration,
  type ProgramContext,
  renderError,
  UsageError,
} from '@data-universe/app-kit';
import { Command } from 'commander';
import { MetricsFile } from '../metrics-file.ts';
import { type ConfigOptions, openMiner } from '../open-miner.ts';
import { publishCycle } from '../publish-cycle.ts';
import { repeat } from '../repeat.ts';
import { tableOf } from '../report-text.ts';

interface RunCommandOptions extends ConfigOptions {
  readonly fullScan?: boolean;
  readonly grace: string;
}

const DEFAULT_GRACE_SECONDS = 60;

export function runCommand(): Command {
  const command = new Command('run')
    .description(
      'Publish for ever: a cycle every publishing.interval_minutes, sooner after a failure.',
    )
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .option('--database <file>', "the miner's SQLite file, in place of the configured one")
    .option('--full-scan', 'compare every row in every cycle')
    .option(
      '--grace <seconds>',
      'how long the file that is being written may still take after a signal',
      String(DEFAULT_GRACE_SECONDS),
    )
    .action(async (options: RunCommandOptions) => run(options, contextOf(command)));
  return addExamples(command, [
    {
      command: 'data-universe-miner run',
      text: 'until Ctrl-C, which ends it after the current file',
    },
    { command: 'data-universe-miner run --json >> cycles.jsonl', text: 'a line for each cycle' },
  ]);
}

async function run(options: RunCommandOptions, context: ProgramContext): Promise<void> {
  const graceMs = graceOf(options.grace);
  const opened = await openMiner(options, context);
  const { interval_minutes, metrics_file } = opened.config.publishing;
  const metrics = new MetricsFile(metrics_file, context.log);
  metrics.begin(() => opened.miner.status());
  const { signal: stop } = context;
  const { signal, dispose } = afterGrace(stop, graceMs);
  const { fullScan } = options;
  try {
    await repeat({
      intervalMs: interval_minutes * 60_000,
      stop,
      cycle: async (number) => {
        try {
          const cycle = await publishCycle(opened, context, metrics, { signal, stop, fullScan });
          context.output.printLine(cycle.document, () => tableOf(cycle.report));
          if (number === 1) endIfSetUpIsWrong(cycle.exitCode);
          return cycle.report.ok;
        } catch (error) {
          context.progress.stop();
          // What is wrong from the beginning has to be put right by somebody; later it may pass.
          if (signal.aborted || (number === 1 && exitCodeFor(error) === EXIT.usage)) throw error;
          context.log(renderError(error).trimEnd());
          return false;
        }
      },
      onWait: (milliseconds) => {
        metrics.wait(milliseconds);
        if (context.verbose)
          context.log(`The next cycle begins in ${formatDuration(milliseconds)}.`);
      },
    });
  } finally {
    dispose();
  }
}

function endIfSetUpIsWrong(exitCode: ExitCode): void {
  if (exitCode === EXIT.usage)
    throw new UsageError(
      'Nothing could be published, and trying again will not change that: see above.',
    );
}

function graceOf(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new UsageError(`--grace is a number of seconds, not "${text}"`);
  return seconds * 1_000;
}

/** Aborted some time after the stop was asked for. */
function afterGrace(stop: AbortSignal, graceMs: number): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => controller.abort(stop.reason), graceMs);
  };
  stop.addEventListener('abort', begin, { once: true });
  return {
    signal: controller.signal,
    dispose() {
      stop.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}
