import {
  addExamples,
  contextOf,
  describeError,
  EXIT,
  exitCodeFor,
  type ProgramContext,
} from '@data-universe/app-kit';
import type { UploadReport } from '@data-universe/s3-miner';
import { Command } from 'commander';
import { type ConfigOptions, openMiner } from '../open-miner.ts';
import { failuresOf, failureTexts, notesOf, tableOf } from '../report-text.ts';
import { showProgress } from '../show-progress.ts';

interface UploadCommandOptions extends ConfigOptions {
  readonly dryRun?: boolean;
  readonly fullScan?: boolean;
}

const NO_HUGGING_FACE =
  'Not published to Hugging Face: this version publishes to S3 alone. ' +
  'Set storage.use_huggingface: false (or DATA_UNIVERSE_USE_HF=false) to say so.';

export function uploadCommand(): Command {
  const command = new Command('upload')
    .description('Publish what is new, changed or gone since the last time.')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .option('--database <file>', "the miner's SQLite file, in place of the configured one")
    .option('--dry-run', 'say what would travel; publish and write nothing')
    .option('--full-scan', 'compare every row: also sees content replaced at equal length')
    .action(async (options: UploadCommandOptions) => upload(options, contextOf(command)));
  return addExamples(command, [
    { command: 'data-universe-miner upload', text: 'one cycle' },
    { command: 'data-universe-miner upload --dry-run --json', text: 'the plan, for a script' },
    { command: 'data-universe-miner upload --config testnet.yaml', text: 'other settings' },
  ]);
}

async function upload(options: UploadCommandOptions, context: ProgramContext): Promise<void> {
  const { config, miner } = await openMiner(options, context);
  const progress = showProgress(context.progress);
  const report = await miner.uploadData({
    signal: context.signal,
    dryRun: options.dryRun,
    fullScan: options.fullScan,
    onProgress: progress.update,
  });
  if (report.ok) progress.end();
  else context.progress.stop();

  const skippedDestinations = config.storage.use_huggingface ? ['huggingface'] : [];
  if (skippedDestinations.length > 0) {
    context.log(NO_HUGGING_FACE);
    context.setExitCode(EXIT.finding);
  }
  for (const note of notesOf(report)) context.log(note);
  for (const text of failureTexts(report)) context.log(text);
  const failures = failuresOf(report);
  if (failures.length > 0) {
    const all = failures.length === report.sources.length;
    const errors = failures.map(({ error }) => error);
    context.setExitCode(all ? exitCodeFor(new AggregateError(errors)) : EXIT.finding);
  }
  context.output.print({ ...documentOf(report), skippedDestinations }, () => tableOf(report));
}

function documentOf(report: UploadReport) {
  return {
    ...report,
    sources: report.sources.map((outcome) =>
      outcome.ok ? outcome : { ...outcome, ...describeError(outcome.error) },
    ),
  };
}
