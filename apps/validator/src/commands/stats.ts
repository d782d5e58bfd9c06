import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
} from '@data-universe/app-kit';
import { Command } from 'commander';
import { formatTime } from '../format-time.ts';
import { type ConfigOptions, openValidator } from '../open-validator.ts';
import { parseHotkey } from '../parse-arguments.ts';

export function statsCommand(): Command {
  const command = new Command('stats')
    .description('Rows, bytes and span of a miner, from its signed manifest.')
    .argument('<hotkey>', 'ss58 address of the miner')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (hotkey: string, options: ConfigOptions) => {
      const context = contextOf(command);
      const minerHotkey = parseHotkey(hotkey);
      const validator = await openValidator(options, context);
      const phase = context.progress.phase('reading the manifest');
      const stats = await validator.getMinerStats(minerHotkey, { signal: context.signal });
      phase.done(`${formatCount(stats.totals.rows)} rows`);
      for (const { source, rejectedManifests } of stats.sources) {
        if (rejectedManifests > 0)
          context.log(
            `${source}: ${rejectedManifests} newer objects pass for manifests and were not signed by this miner; they don't count.`,
          );
      }
      context.output.print(stats, () =>
        stats.sources.length === 0
          ? 'This miner has published nothing.\n'
          : renderTable(
              [
                { title: 'source', value: ({ source }) => source },
                { title: 'commit', align: 'right', value: ({ sequence }) => sequence },
                { title: 'files', align: 'right', value: ({ files }) => formatCount(files) },
                { title: 'rows', align: 'right', value: ({ rows }) => formatCount(rows) },
                { title: 'size', align: 'right', value: ({ bytes }) => formatBytes(bytes) },
                { title: 'oldest', value: ({ oldest }) => oldest && formatTime(oldest) },
                { title: 'newest', value: ({ newest }) => newest && formatTime(newest) },
              ],
              stats.sources,
            ),
      );
    });
  return addExamples(command, [
    { command: 'data-universe-validator stats HOTKEY', text: 'a short table' },
    { command: 'data-universe-validator stats HOTKEY --json', text: 'for a script' },
  ]);
}
