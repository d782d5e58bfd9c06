import { DataFileError } from '../data-file-error.ts';
import { printDatetime } from '../datetime.ts';
import type { Column } from '../schema/columns.ts';
import { type ContentColumn, contentColumns } from '../schema/content-columns.ts';
import { encodedColumns } from '../schema/encoded-columns.ts';
import type { SourceName } from '../source.ts';
import { type Cell, contentCell, parseContent } from '../writing/content.ts';
import type { RowEncoder } from '../writing/row-encoder.ts';
import { encodeText } from './encode-text.ts';
import type { PrivacyKeys } from './encoding-key.ts';

/** Where a column of the public form comes from in the content, when not from a field of its name. */
const ORIGIN: Readonly<Record<string, string>> = {
  username_encoded: 'username',
  url_encoded: 'url',
};

/** For a public place: no username and no URL in the clear, days instead of moments. */
export function encodedRowEncoder(source: SourceName, keys: PrivacyKeys): RowEncoder {
  const columns = encodedColumns(source);
  if (columns === undefined)
    throw new DataFileError('Unsupported', source, 'this source has no public form');
  const origins = columns.map((column) => originOf(source, column));
  return {
    columns,
    encode(entity, moment, oddities) {
      const object = parseContent(entity.content, oddities);
      const cells = columns.map((column, index): Cell => {
        if (column.name === 'label') return entity.label;
        if (column.name === 'datetime') return day(moment);
        const origin = origins[index];
        const cell = object && origin ? contentCell(object, origin, oddities) : null;
        if (typeof cell !== 'string') return cell;
        if (column.name === 'username_encoded') return encodeText(keys.username, cell);
        if (column.name === 'url_encoded') return encodeText(keys.url, cell);
        return cell;
      });
      // The first column is the text, whatever the source calls it.
      if (cells[0] !== null && cells[0] !== '') return cells;
      oddities.emptyText += 1;
      return undefined;
    },
  };
}

function originOf(source: SourceName, column: Column): ContentColumn | undefined {
  const text = source === 'reddit' ? 'body' : 'text';
  const name = column.name === 'text' ? text : (ORIGIN[column.name] ?? column.name);
  return contentColumns(source).find((field) => field.name === name);
}

/** `YYYY-MM-DD`, UTC. */
function day(moment: bigint | undefined): string | null {
  return moment === undefined ? null : (printDatetime(moment)?.slice(0, 10) ?? null);
}
