import { ByteWriter } from 'hyparquet-writer';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';

/** As Parquet numbers them. */
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
const ENCODINGS = { PLAIN: 0, RLE_DICTIONARY: 8 } as const;

export interface DataPage {
  readonly values: number;
  readonly nulls: number;
  readonly rows: number;
  readonly encoding: keyof typeof ENCODINGS;
  readonly repetitionBytes: number;
  readonly definitionBytes: number;
  /** Levels included. */
  readonly unpackedBytes: number;
  readonly packedBytes: number;
  readonly isCompressed: boolean;
}

export function dataPageHeader(page: DataPage): Uint8Array {
  return serialized({
    field_1: DATA_PAGE_V2,
    field_2: page.unpackedBytes,
    field_3: page.packedBytes,
    field_8: {
      field_1: page.values,
      field_2: page.nulls,
      field_3: page.rows,
      field_4: ENCODINGS[page.encoding],
      field_5: page.definitionBytes,
      field_6: page.repetitionBytes,
      field_7: page.isCompressed,
    },
  });
}

export function dictionaryPageHeader(
  entries: number,
  unpackedBytes: number,
  packedBytes: number,
): Uint8Array {
  return serialized({
    field_1: DICTIONARY_PAGE,
    field_2: unpackedBytes,
    field_3: packedBytes,
    field_7: { field_1: entries, field_2: ENCODINGS.PLAIN },
  });
}

function serialized(header: Parameters<typeof serializeTCompactProtocol>[1]): Uint8Array {
  const writer = new ByteWriter(64);
  serializeTCompactProtocol(writer, header);
  return writer.getBytes();
}
