import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
} from '@data-universe/app-kit';
import type { SourceName } from '@data-universe/core-auth';
import { Command } from 'commander';
import { formatTime } from '../format-time.ts';
import { type ConfigOptions, openValidator } from '../open-validator.ts';
import { parseHotkey, parseSource } from '../parse-arguments.ts';

interface ListOptions extends ConfigOptions {
  readonly source?: SourceName;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('The data files of a miner, as its signed manifest names them.')
    .argument('<hotkey>', 'ss58 address of the miner')
    .option('--source <name>', 'reddit, x or youtube (default: all)', parseSource)
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (hotkey: string, options: ListOptions) => {
      const context = contextOf(command);
      const minerHotkey = parseHotkey(hotkey);
      const validator = await openValidator(options, context);
      const phase = context.progress.phase('reading the manifest');
      const files = await validator.readMinerFiles(minerHotkey, {
        source: options.source,
        signal: context.signal,
      });
      phase.done(`${formatCount(files.length)} files`);
      context.output.print({ minerHotkey, files }, () =>
        files.length === 0
          ? 'This miner has published nothing.\n'
          : renderTable(
              [
                { title: 'source', value: ({ source }) => source },
                { title: 'file', value: ({ key }) => key.slice(key.lastIndexOf('/') + 1) },
                { title: 'rows', align: 'right', value: ({ rows }) => formatCount(rows) },
                { title: 'size', align: 'right', value: ({ size }) => formatBytes(size) },
                { title: 'from', value: ({ timeStart }) => formatTime(timeStart) },
                { title: 'to', value: ({ timeEnd }) => formatTime(timeEnd) },
              ],
              files,
            ),
      );
    });
  return addExamples(command, [
    { command: 'data-universe-validator list HOTKEY', text: 'all sources' },
    { command: 'data-universe-validator list HOTKEY --source reddit --json', text: 'for a script' },
  ]);
}
