import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
} from '@data-universe/app-kit';
import { Command } from 'commander';
import { type ConfigOptions, openValidator, parseHotkey } from '../open-validator.ts';

export function statsCommand(): Command {
  const command = new Command('stats')
    .description('Rows, bytes and span of a miner, from its signed manifest.')
    .argument('<hotkey>', 'ss58 address of the miner')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (hotkey: string, options: ConfigOptions) => {
      const { env, output, signal } = contextOf(command);
      const minerHotkey = parseHotkey(hotkey);
      const validator = await openValidator(options, env);
      const stats = await validator.getMinerStats(minerHotkey, { signal });
      output.print(stats, () =>
        stats.sources.length === 0
          ? 'This miner has published nothing.\n'
          : renderTable(
              [
                { title: 'source', value: ({ source }) => source },
                { title: 'commit', align: 'right', value: ({ sequence }) => sequence },
                { title: 'files', align: 'right', value: ({ files }) => formatCount(files) },
                { title: 'rows', align: 'right', value: ({ rows }) => formatCount(rows) },
                { title: 'bytes', align: 'right', value: ({ bytes }) => formatBytes(bytes) },
                { title: 'oldest', value: ({ oldest }) => oldest?.toISOString() },
                { title: 'newest', value: ({ newest }) => newest?.toISOString() },
              ],
              stats.sources,
            ),
      );
    });
  return addExamples(command, [
    { command: 'data-universe-validator stats HOTKEY', text: 'a short table' },
  ]);
}
