import {
  addExamples,
  contextOf,
  formatBytes,
  formatCount,
  renderTable,
} from '@data-universe/app-kit';
import type { SourceName } from '@data-universe/core-auth';
import { Command } from 'commander';
import { type ConfigOptions, openValidator, parseHotkey, parseSource } from '../open-validator.ts';

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
      const { env, output, signal } = contextOf(command);
      const minerHotkey = parseHotkey(hotkey);
      const validator = await openValidator(options, env);
      const files = await validator.readMinerFiles(minerHotkey, { source: options.source, signal });
      output.print({ minerHotkey, files }, () =>
        files.length === 0
          ? 'This miner has published nothing.\n'
          : renderTable(
              [
                { title: 'key', value: ({ key }) => key },
                { title: 'rows', align: 'right', value: ({ rows }) => formatCount(rows) },
                { title: 'size', align: 'right', value: ({ size }) => formatBytes(size) },
                { title: 'from', value: ({ timeStart }) => timeStart.toISOString() },
                { title: 'to', value: ({ timeEnd }) => timeEnd.toISOString() },
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
