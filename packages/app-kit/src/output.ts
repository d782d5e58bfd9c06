import Table from 'cli-table3';
import { escapeJson, escapeText } from './escape-text.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
  readonly align?: 'left' | 'right' | undefined;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A plain table; cells are escaped, so that what is remote can't steer the terminal. Ends in a line feed. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  table.push(columns.map(({ title }) => escapeText(title)));
  for (const row of rows) {
    table.push(columns.map(({ value }) => escapeText(String(value(row) ?? '-'))));
  }
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** JSON text for machines, two-space indented unless told: Date as ISO 8601, bigint as a number, or as text beyond 2^53. */
export function renderJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(
    value,
    (_key, item: unknown) =>
      typeof item === 'bigint' ? (isSafe(item) ? Number(item) : item.toString()) : item,
    indent,
  );
  return `${escapeJson(text ?? 'null')}\n`;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

/** A command's answer, once: one JSON document under `--json`, text for a person otherwise. */
export interface Output {
  readonly json: boolean;
  /** `text` is called only where a person reads; what it returns must have been escaped where it is remote. */
  print(document: unknown, text: () => string): void;
  /** One answer of many: a line of JSON each under `--json`, text for a person otherwise. */
  printLine(document: unknown, text: () => string): void;
}

export function createOutput(write: (text: string) => void, json: boolean): Output {
  let printed = false;
  return {
    json,
    print(document, text) {
      if (json && printed) throw new Error('a command printed two JSON documents');
      printed = true;
      write(json ? renderJson(document) : text());
    },
    printLine(document, text) {
      write(json ? `${renderJson(document, 0).trimEnd()}\n` : text());
    },
  };
}
