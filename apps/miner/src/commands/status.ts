import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
} from '@data-universe/app-kit';
import type { PublisherStatus } from '@data-universe/publisher';
import { Command } from 'commander';
import { type ConfigOptions, openMiner } from '../open-miner.ts';

export function statusCommand(): Command {
  const command = new Command('status')
    .description('What is published, from the ledgers: the network is not asked.')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (options: ConfigOptions) => {
      const context = contextOf(command);
      const { miner } = await openMiner(options, context);
      const sources = miner.status();
      for (const { source, pendingSequence } of sources) {
        if (pendingSequence !== null)
          context.log(
            `${source}: commit ${pendingSequence} was begun and not finished; the next upload completes it.`,
          );
      }
      context.output.print({ sources }, () => tableOf(sources));
    });
  return addExamples(command, [
    { command: 'data-universe-miner status', text: 'what validators see of this miner' },
    { command: 'data-universe-miner status --json', text: 'for a script' },
  ]);
}

function tableOf(sources: readonly PublisherStatus[]): string {
  if (sources.length === 0) return 'Nothing has been published from this machine yet.\n';
  return renderTable(
    [
      { title: 'source', value: ({ source }) => source },
      { title: 'commit', align: 'right', value: ({ sequence }) => sequence },
      { title: 'files', align: 'right', value: ({ totals }) => formatCount(totals.files) },
      { title: 'rows', align: 'right', value: ({ totals }) => formatCount(totals.rows) },
      { title: 'size', align: 'right', value: ({ totals }) => formatBytes(totals.bytes) },
      { title: 'last run', value: ({ lastRun }) => lastRun?.finishedAt },
    ],
    sources,
  );
}
