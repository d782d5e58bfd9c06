import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  addExamples,
  contextOf,
  EXIT,
  formatCount,
  formatDuration,
  renderTable,
  UsageError,
} from '@data-universe/app-kit';
import { Command } from 'commander';
import { type DemoReport, holds, runDemo } from './demo.ts';

export function createDemoProgram(): Command {
  const command = new Command('demo')
    .description(
      'The whole main job on this machine: publish, read back, compare, change, publish again, attack.',
    )
    .option('--db <file>', "a miner's database; it is copied (default: two are made)")
    .action(async ({ db }: { readonly db?: string }) => {
      const { output, progress, setExitCode, env } = contextOf(command);
      // A package manager changes into the project's folder; paths are meant from where it was called.
      const database = db === undefined ? undefined : resolve(env.INIT_CWD ?? '', db);
      if (database !== undefined && !existsSync(database)) {
        throw new UsageError(`--db: there is no file ${database}`);
      }
      const report = await runDemo(database, progress);
      if (!holds(report)) setExitCode(EXIT.finding);
      output.print(report, () => textOf(report));
    });
  return addExamples(command, [
    { command: 'pnpm demo', text: 'with made databases' },
    { command: 'pnpm demo --db SqliteMinerStorage.sqlite', text: 'with a copy of your own' },
    { command: 'pnpm demo --json', text: 'one JSON document' },
  ]);
}

function textOf(report: DemoReport): string {
  const { late, replaced, deleted } = report.changes;
  const facts: readonly (readonly [string, string])[] = [
    ['rows in the databases', formatCount(report.databaseRows)],
    ['rows published', formatCount(report.publishedRows)],
    ['rows read back by a validator', formatCount(report.readBackRows)],
    ['rows published again where nothing changed', formatCount(report.idleRows)],
    [
      `rows published after ${late} late, ${replaced} replaced, ${deleted} deleted`,
      formatCount(report.incrementalRows),
    ],
    ['differences', formatCount(report.differences)],
  ];
  const figures = renderTable(
    [
      { title: 'what', value: ([name]) => name },
      { title: 'how many', align: 'right', value: ([, value]) => value },
    ],
    facts,
  );
  const attacks = renderTable(
    [
      { title: 'attack', value: ({ name }) => name },
      { title: 'outcome', value: ({ refused }) => (refused ? 'refused' : 'SUCCEEDED') },
      { title: 'answer', value: ({ answer }) => answer },
    ],
    report.attacks,
  );
  const verdict = holds(report) ? 'Everything holds' : 'SOMETHING DIFFERS';
  return `\n${figures}\n${attacks}\n${verdict}, in ${formatDuration(report.seconds * 1_000)}.\n`;
}
