import {
  addExamples,
  contextOf,
  escapeText,
  formatCount,
  type ProgramContext,
  UsageError,
} from '@data-universe/app-kit';
import type { SourceName } from '@data-universe/core-auth';
import type { DataEntity } from '@data-universe/dataset';
import type { DateRange } from '@data-universe/s3-validator';
import { Command } from 'commander';
import { entityDocument } from '../entity-document.ts';
import { type ConfigOptions, openValidator } from '../open-validator.ts';
import {
  MAX_ENTITIES,
  parseCount,
  parseHotkey,
  parseSource,
  parseTime,
} from '../parse-arguments.ts';

interface ReadOptions extends ConfigOptions {
  readonly source: SourceName;
  readonly from?: Date;
  readonly to?: Date;
  readonly label?: readonly string[];
  readonly unlabelled?: boolean;
  readonly max: number;
}

export function readCommand(): Command {
  const command = new Command('read')
    .description("A miner's entities, each byte checked against the miner's signature.")
    .argument('<hotkey>', 'ss58 address of the miner')
    .requiredOption('--source <name>', 'reddit, x or youtube', parseSource)
    .option('--from <time>', 'ISO 8601, included', parseTime)
    .option('--to <time>', 'ISO 8601, excluded', parseTime)
    .option('--label <label>', 'only this label; may be repeated', collect)
    .option('--unlabelled', 'only entities without a label; with --label, those too')
    .option('--max <n>', `stop after so many, ${MAX_ENTITIES} at most`, parseCount, 1_000)
    .option('--config <file>', 'settings (default: ./data-universe.yaml)')
    .action((hotkey: string, options: ReadOptions) => read(hotkey, options, contextOf(command)));
  return addExamples(command, [
    { command: 'data-universe-validator read HOTKEY --source x --max 5', text: 'five entities' },
    { command: "data-universe-validator read HOTKEY --source x --label '#btc'", text: 'one label' },
    {
      command: 'data-universe-validator read HOTKEY --source reddit --from 2026-10-01',
      text: 'since October',
    },
  ]);
}

async function read(hotkey: string, options: ReadOptions, context: ProgramContext): Promise<void> {
  const { max, source } = options;
  const minerHotkey = parseHotkey(hotkey);
  const dateRange = dateRangeOf(options);
  const validator = await openValidator(options, context);
  const phase = context.progress.phase('reading', { unit: 'entities' });
  const entities: DataEntity[] = [];
  for await (const batch of validator.streamMinerData({
    minerHotkey,
    source,
    dateRange,
    labels: labelsOf(options),
    // One more tells whether there are more.
    maxEntities: max + 1,
    signal: context.signal,
  })) {
    for (const entity of batch) entities.push(entity);
    phase.update(Math.min(entities.length, max));
  }
  const more = entities.length > max;
  const shown = entities.slice(0, max);
  phase.done(`${formatCount(shown.length)} entities`);
  if (more) context.log(`Stopped after ${formatCount(max)}: there are more (--max).`);
  context.output.print({ minerHotkey, source, entities: shown.map(entityDocument), more }, () =>
    shown.map((entity) => `${lineOf(entity)}\n`).join(''),
  );
}

const LINE_CONTENT = 160;

function lineOf({ datetime, label, uri, content }: DataEntity): string {
  // A stream's decoder leaves out a character that was cut in two.
  const text = new TextDecoder().decode(content.subarray(0, LINE_CONTENT), { stream: true });
  const rest = content.byteLength > LINE_CONTENT ? '…' : '';
  return escapeText(`${datetime}  ${label ?? '-'}  ${uri}  ${text}${rest}`);
}

function collect(label: string, labels: readonly string[] = []): readonly string[] {
  return [...labels, label];
}

function labelsOf({ label, unlabelled }: ReadOptions): readonly (string | null)[] | undefined {
  if (label === undefined && unlabelled !== true) return undefined;
  return [...(label ?? []), ...(unlabelled ? [null] : [])];
}

const BEGINNING = new Date(-8.64e15);
const END = new Date(8.64e15);

function dateRangeOf({ from, to }: ReadOptions): DateRange | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from !== undefined && to !== undefined && from >= to)
    throw new UsageError('--to is not after --from: the range holds no moment');
  return { start: from ?? BEGINNING, end: to ?? END };
}
