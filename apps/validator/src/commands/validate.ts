import { addExamples, contextOf, EXIT, renderTable } from '@data-universe/app-kit';
import { Command } from 'commander';
import { entityDocument } from '../entity-document.ts';
import { type ConfigOptions, openValidator } from '../open-validator.ts';
import { parseHotkey } from '../parse-arguments.ts';

export function validateCommand(): Command {
  const command = new Command('validate')
    .description('Whether a miner holds these URIs; exit code 1 where one is missing.')
    .argument('<hotkey>', 'ss58 address of the miner')
    .argument('<uris...>', 'URIs as the miner has them')
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (hotkey: string, uris: readonly string[], options: ConfigOptions) => {
      const context = contextOf(command);
      const { output, progress, signal, setExitCode } = context;
      const minerHotkey = parseHotkey(hotkey);
      const validator = await openValidator(options, context);
      const phase = progress.phase('looking them up');
      const findings = await validator.validateMinerData(minerHotkey, uris, { signal });
      const present = findings.filter((finding) => finding.present).length;
      phase.done(`${present} of ${uris.length} found`);
      if (present < findings.length) setExitCode(EXIT.finding);
      output.print(
        {
          minerHotkey,
          present,
          absent: findings.length - present,
          findings: findings.map((finding) =>
            finding.present ? { ...finding, entity: entityDocument(finding.entity) } : finding,
          ),
        },
        () =>
          renderTable(
            [
              { title: 'held', value: (finding) => (finding.present ? 'yes' : 'NO') },
              { title: 'source', value: (finding) => (finding.present ? finding.source : '') },
              { title: 'uri', value: ({ uri }) => uri },
            ],
            findings,
          ),
      );
    });
  return addExamples(command, [
    {
      command: 'data-universe-validator validate HOTKEY https://x.com/a/status/1',
      text: 'does the miner hold this post?',
    },
    {
      command: 'data-universe-validator validate HOTKEY URI URI --json',
      text: 'with what it holds',
    },
  ]);
}
