import { addExamples, contextOf, type ProgramContext } from '@data-universe/app-kit';
import { Command } from 'commander';
import { MetricsFile } from '../metrics-file.ts';
import { type ConfigOptions, openMiner } from '../open-miner.ts';
import { publishCycle } from '../publish-cycle.ts';
import { tableOf } from '../report-text.ts';

interface UploadCommandOptions extends ConfigOptions {
  readonly dryRun?: boolean;
  readonly fullScan?: boolean;
}

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
  const opened = await openMiner(options, context);
  const { dryRun, fullScan } = options;
  // A dry run writes no file, and is no cycle that monitoring should take for one.
  const path = dryRun ? null : opened.config.publishing.metrics_file;
  const metrics = new MetricsFile(path, context.log);
  metrics.begin(() => opened.miner.status());
  const { signal } = context;
  const cycle = await publishCycle(opened, context, metrics, { signal, dryRun, fullScan });
  context.setExitCode(cycle.exitCode);
  context.output.print(cycle.document, () => tableOf(cycle.report));
}
