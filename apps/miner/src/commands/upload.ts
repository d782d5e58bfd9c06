import {
  addExamples,
  type Column,
  contextOf,
  describeError,
  EXIT,
  exitCodeFor,
  formatBytes,
  formatCount,
  formatDuration,
  type ProgramContext,
  renderError,
  renderTable,
} from '@data-universe/app-kit';
import type { PublishReport } from '@data-universe/publisher';
import type { UploadReport } from '@data-universe/s3-miner';
import { Command } from 'commander';
import { type ConfigOptions, openMiner } from '../open-miner.ts';
import { showProgress } from '../show-progress.ts';

interface UploadCommandOptions extends ConfigOptions {
  readonly dryRun?: boolean;
  readonly fullScan?: boolean;
}

export function uploadCommand(): Command {
  const command = new Command('upload')
    .description('Publish what is new, changed or gone since the last time.')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .option('--database <file>', "the miner's SQLite file, in place of the configured one")
    .option('--dry-run', 'say what would travel, publish nothing')
    .option('--full-scan', 'compare every row: also sees content replaced at equal length')
    .action(async (options: UploadCommandOptions) => upload(options, contextOf(command)));
  return addExamples(command, [
    { command: 'data-universe-miner upload', text: 'one cycle' },
    { command: 'data-universe-miner upload --dry-run --json', text: 'the plan, for a script' },
    { command: 'data-universe-miner upload --config testnet.yaml', text: 'other settings' },
  ]);
}

async function upload(options: UploadCommandOptions, context: ProgramContext): Promise<void> {
  const { config, miner } = await openMiner(options, context.env);
  const progress = showProgress(context.progress);
  const report = await miner
    .uploadData({
      signal: context.signal,
      dryRun: options.dryRun,
      fullScan: options.fullScan,
      onProgress: progress.update,
    })
    .finally(progress.end);

  for (const outcome of report.sources) {
    for (const warning of outcome.ok ? outcome.report.warnings : []) {
      context.log(`${outcome.source}: ${warning}`);
    }
  }
  for (const { source, rows } of report.unsupported) {
    context.log(`Not published: ${formatCount(rows)} rows of the unknown source ${source}.`);
  }
  if (config.storage.use_huggingface) {
    context.log(
      'Not published to Hugging Face: this version publishes to S3 alone. ' +
        'Set storage.use_huggingface: false (or DATA_UNIVERSE_USE_HF=false) to say so.',
    );
    context.setExitCode(EXIT.finding);
  }
  const failures = report.sources.flatMap((outcome) => (outcome.ok ? [] : [outcome]));
  for (const { source, error } of failures) {
    context.log(`${source}: ${renderError(error).trimEnd()}`);
  }
  if (failures.length > 0) {
    const none = failures.length === report.sources.length;
    const errors = failures.map(({ error }) => error);
    context.setExitCode(none ? exitCodeFor(new AggregateError(errors)) : EXIT.finding);
  }
  context.output.print(documentOf(report), () => textOf(report));
}

function documentOf(report: UploadReport) {
  return {
    ...report,
    sources: report.sources.map((outcome) =>
      outcome.ok ? outcome : { ...outcome, ...describeError(outcome.error) },
    ),
  };
}

function textOf(report: UploadReport): string {
  if (report.sources.length === 0) return 'The database holds no rows that can be published.\n';
  const published = report.sources.flatMap((outcome) => (outcome.ok ? [outcome.report] : []));
  const table = renderTable<PublishReport>(
    [
      { title: 'source', value: ({ source }) => source },
      count(report.dryRun ? 'to send' : 'rows sent', ({ rowsPublished }) => rowsPublished),
      count('added', ({ rowsAdded }) => rowsAdded),
      count('replaced', ({ rowsReplaced }) => rowsReplaced),
      count('removed', ({ rowsRemoved }) => rowsRemoved),
      { title: 'bytes', align: 'right', value: (row) => formatBytes(row.bytesUploaded) },
      count('dataset', ({ totals }) => totals.rows),
      { title: 'took', align: 'right', value: ({ seconds }) => formatDuration(seconds * 1_000) },
    ],
    published,
  );
  return published.length === 0 ? '' : table;
}

function count(title: string, value: (report: PublishReport) => number): Column<PublishReport> {
  return { title, align: 'right', value: (report) => formatCount(value(report)) };
}
