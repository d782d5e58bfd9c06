import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
} from '@data-universe/app-kit';
import { Command } from 'commander';
import { type ConfigOptions, openMiner } from '../open-miner.ts';

export function statusCommand(): Command {
  const command = new Command('status')
    .description('What is published, from the ledgers: the network is not asked.')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (options: ConfigOptions) => {
      const { env, output } = contextOf(command);
      const { miner } = await openMiner(options, env);
      const sources = miner.status();
      output.print({ sources }, () =>
        sources.length === 0
          ? 'Nothing has been published from this machine yet.\n'
          : renderTable(
              [
                { title: 'source', value: ({ source }) => source },
                { title: 'commit', align: 'right', value: ({ sequence }) => sequence },
                {
                  title: 'files',
                  align: 'right',
                  value: ({ totals }) => formatCount(totals.files),
                },
                { title: 'rows', align: 'right', value: ({ totals }) => formatCount(totals.rows) },
                {
                  title: 'bytes',
                  align: 'right',
                  value: ({ totals }) => formatBytes(totals.bytes),
                },
              ],
              sources,
            ),
      );
    });
  return addExamples(command, [
    { command: 'data-universe-miner status', text: 'what validators see of this miner' },
  ]);
}
