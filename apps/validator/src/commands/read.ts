import { addExamples, contextOf, escapeText, UsageError } from '@data-universe/app-kit';
import type { SourceName } from '@data-universe/core-auth';
import type { DataEntity } from '@data-universe/dataset';
import type { DateRange } from '@data-universe/s3-validator';
import { Command } from 'commander';
import { entityDocument } from '../entity-document.ts';
import { type ConfigOptions, openValidator, parseHotkey, parseSource } from '../open-validator.ts';

interface ReadOptions extends ConfigOptions {
  readonly source: SourceName;
  readonly from?: Date;
  readonly to?: Date;
  readonly label?: readonly string[];
  readonly max: number;
}

export function readCommand(): Command {
  const command = new Command('read')
    .description("A miner's entities, each byte checked against the miner's signature.")
    .argument('<hotkey>', 'ss58 address of the miner')
    .requiredOption('--source <name>', 'reddit, x or youtube', parseSource)
    .option('--from <time>', 'ISO 8601, included', parseTime)
    .option('--to <time>', 'ISO 8601, excluded', parseTime)
    .option('--label <label...>', 'only these labels')
    .option('--max <n>', 'stop after so many', parseCount, 1_000)
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action(async (hotkey: string, options: ReadOptions) => {
      const { env, output, progress, signal } = contextOf(command);
      const minerHotkey = parseHotkey(hotkey);
      const validator = await openValidator(options, env);
      const phase = progress.phase('reading', { unit: 'entities' });
      const entities: DataEntity[] = [];
      for await (const batch of validator.streamMinerData({
        minerHotkey,
        source: options.source,
        dateRange: dateRange(options),
        labels: options.label,
        maxEntities: options.max,
        signal,
      })) {
        entities.push(...batch);
        phase.update(entities.length);
      }
      phase.done();
      output.print({ minerHotkey, entities: entities.map(entityDocument) }, () =>
        entities.map((entity) => `${lineOf(entity)}\n`).join(''),
      );
    });
  return addExamples(command, [
    { command: 'data-universe-validator read HOTKEY --source x --max 5', text: 'five entities' },
    {
      command: 'data-universe-validator read HOTKEY --source reddit --from 2026-10-01T00:00Z',
      text: 'since October',
    },
  ]);
}

const LINE_CONTENT = 160;

function lineOf({ datetime, label, uri, content }: DataEntity): string {
  const text = Buffer.from(content.subarray(0, LINE_CONTENT)).toString('utf8');
  return escapeText(`${datetime}  ${label ?? '-'}  ${uri}  ${text}`);
}

const BEGINNING = new Date(-8_640_000_000_000_000);
const END = new Date(8_640_000_000_000_000);

function dateRange({ from, to }: ReadOptions): DateRange | undefined {
  if (from === undefined && to === undefined) return undefined;
  return { start: from ?? BEGINNING, end: to ?? END };
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && /^\d{4}-\d{2}/.test(text)) return time;
  throw new UsageError(`${JSON.stringify(text)} is no time: write it as 2026-10-31T12:00Z`);
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${JSON.stringify(text)} is no number of entities: write it as 100`);
}
