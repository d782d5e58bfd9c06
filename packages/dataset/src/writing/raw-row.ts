import { printDatetime } from '../datetime.ts';
import { contentColumns } from '../schema/content-columns.ts';
import { rawColumns } from '../schema/raw-columns.ts';
import type { SourceName } from '../source.ts';
import { contentCell, parseContent } from './content.ts';
import type { RowEncoder } from './row-encoder.ts';

/** Full fidelity: every entity is a row, and its bytes are in it. */
export function rawRowEncoder(source: SourceName): RowEncoder {
  const fields = contentColumns(source);
  return {
    columns: rawColumns(source),
    encode(entity, moment, oddities) {
      const object = parseContent(entity.content, oddities);
      const canonical = moment !== undefined && printDatetime(moment) === entity.datetime;
      return [
        moment ?? null,
        entity.label,
        ...fields.map((field) => (object ? contentCell(object, field, oddities) : null)),
        entity.uri,
        canonical ? null : entity.datetime,
        BigInt(entity.timeBucketId),
        BigInt(entity.contentSizeBytes),
        entity.content,
      ];
    },
  };
}
