import { printFloat, printString } from '../content-json.ts';
import { type ContentColumn, contentColumns } from '../schema/content-columns.ts';
import type { SourceName } from '../source.ts';
import type { ContentStyle } from '../writing/content-form.ts';

type Cells = Readonly<Record<string, unknown>>;
type Printer = (cells: Cells) => string;

/** So that a file, each row of its own form, doesn't fill the memory. */
const MAX_PRINTERS = 4096;
const utf8 = new TextEncoder();

/** Prints content from the columns of its row. One for a file, or for many of a source. */
export class ContentPrinter {
  readonly #columns: ReadonlyMap<string, ContentColumn>;
  readonly #printers = new Map<string, Printer>();

  constructor(source: SourceName) {
    this.#columns = new Map(contentColumns(source).map((column) => [column.name, column]));
  }

  /** Throws Error where the form is none, or a cell is not of its column's type. */
  print(form: string, cells: Cells): Uint8Array {
    let printer = this.#printers.get(form);
    if (printer === undefined) {
      printer = this.#printerOf(form);
      if (this.#printers.size < MAX_PRINTERS) this.#printers.set(form, printer);
    }
    return utf8.encode(printer(cells));
  }

  #printerOf(form: string): Printer {
    const [, style, list] = /^(ascii|utf8|compact):(.*)$/s.exec(form) ?? [];
    if (!isStyle(style) || list === undefined) throw new Error('content_form is none');
    const names = list === '' ? [] : list.split(',');
    const columns = names.map((name) => this.#columns.get(name));
    if (!columns.every((column) => column !== undefined) || new Set(names).size !== names.length)
      throw new Error('content_form names a field that is none, or one twice');
    const [comma, colon] = style === 'compact' ? [',', ':'] : [', ', ': '];
    const members = columns.map((column, index) => ({
      column,
      key: `${index === 0 ? '' : comma}"${column.name}"${colon}`,
    }));
    return (cells) => {
      let text = '{';
      for (const { column, key } of members) text += key + printCell(column, cells, style);
      return `${text}}`;
    };
  }
}

function isStyle(text: string | undefined): text is ContentStyle {
  return text === 'ascii' || text === 'utf8' || text === 'compact';
}

function printCell({ name, type }: ContentColumn, cells: Cells, style: ContentStyle): string {
  const cell = cells[name] ?? null;
  if (cell === null) return 'null';
  const printed = printValue(type, cell, style);
  if (printed === undefined) throw new Error(`${name} can't be printed`);
  return printed;
}

function printValue(
  type: ContentColumn['type'],
  cell: unknown,
  style: ContentStyle,
): string | undefined {
  switch (type) {
    case 'string':
      return typeof cell === 'string' ? printString(cell, style) : undefined;
    case 'integer':
      return typeof cell === 'bigint' ? String(cell) : undefined;
    case 'number':
      return typeof cell === 'number' ? printFloat(cell, style) : undefined;
    case 'boolean':
      return typeof cell === 'boolean' ? String(cell) : undefined;
    case 'strings':
      return Array.isArray(cell) ? printList(cell, style) : undefined;
  }
}

function printList(items: readonly unknown[], style: ContentStyle): string | undefined {
  if (!items.every((item) => typeof item === 'string')) return undefined;
  return `[${items.map((item) => printString(item, style)).join(style === 'compact' ? ',' : ', ')}]`;
}
