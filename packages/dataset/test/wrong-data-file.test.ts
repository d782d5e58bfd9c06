import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { rawColumns, readEntities, type VerifiedFile } from '../src/index.ts';
import type { Column } from '../src/schema/columns.ts';
import { parquetSchemaOf } from '../src/schema/parquet-schema.ts';
import { xEntity } from './support/entities.ts';
import { publish } from './support/published.ts';
import { signedFor } from './support/signed-for.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();

async function reading(file: VerifiedFile): Promise<number> {
  let count = 0;
  for await (const entities of readEntities(file, { source: 'x' })) count += entities.length;
  return count;
}

const wrong = (code: string) => ({ name: 'DataFileError', code, retryable: false });

/** A Parquet file of our making with one value in each column. */
function parquetOf(columns: readonly Column[], values: Record<string, unknown>, rows = 1) {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: parquetSchemaOf(columns),
    codec: 'UNCOMPRESSED',
  });
  const data = columns.map(({ name }) => ({ name, data: Array(rows).fill(values[name] ?? null) }));
  void parquet.write({ columnData: data });
  void parquet.finish();
  return writer.getBuffer();
}

const columns = rawColumns('x');
const values = {
  uri: 'u',
  datetime_text: 'd',
  time_bucket_id: 1n,
  content_size_bytes: 1n,
  content: new Uint8Array(1),
};

describe('a signed file is refused when', () => {
  test('its footer counts other rows than the manifest', async () => {
    const bytes = parquetOf(columns, values, 3);
    expect(await reading(signedFor(bytes, 3))).toBe(3);
    await expect(reading(signedFor(bytes, 4))).rejects.toMatchObject(wrong('WrongRowCount'));
  });

  test.each<[string, readonly Column[]]>([
    ['a column is missing', columns.filter(({ name }) => name !== 'media')],
    ['a column is new', [...columns, { name: 'new', type: 'string' }]],
    [
      'a column has another name',
      columns.map((c) => (c.name === 'text' ? { ...c, name: 'TEXT' } : c)),
    ],
    [
      'a column has another type',
      columns.map((c) => (c.name === 'like_count' ? { ...c, type: 'string' } : c)),
    ],
    ['a column is in another place', [...columns.slice(1), ...columns.slice(0, 1)]],
    ['a required column may be null', columns.map(({ name, type }) => ({ name, type }))],
    ['it is of another source', rawColumns('reddit')],
  ])('%s', async (_, other) => {
    const file = signedFor(parquetOf(other, values, 1), 1);
    await expect(reading(file)).rejects.toMatchObject(wrong('WrongSchema'));
  });

  test.each([
    ['content', 'content'],
    ['a datetime', 'datetime_text'],
  ])('%s is missing', async (_, column) => {
    const file = signedFor(parquetOf(columns, { ...values, [column]: null }), 1);
    await expect(reading(file)).rejects.toMatchObject(wrong('BadData'));
    await expect(reading(file)).rejects.toThrow(/row 0: /);
  });

  test.each([
    ['a bucket is no exact integer', { time_bucket_id: 2n ** 60n }],
    ['a datetime is beyond all years', { datetime_text: null, datetime: 2n ** 62n }],
    ['a text is not UTF-8', { uri: Uint8Array.of(0xff) }],
  ])('%s', async (_, changes) => {
    const file = signedFor(parquetOf(columns, { ...values, ...changes }), 1);
    await expect(reading(file)).rejects.toMatchObject(wrong('BadData'));
  });

  const tail = (length: number, magic = 'PAR1') => {
    const bytes = Buffer.alloc(200);
    bytes.writeUInt32LE(length, 192);
    bytes.write(magic, 196);
    return bytes;
  };
  test.each([
    ['it is empty', new Uint8Array()],
    ['it is too short', Buffer.from('PAR1PAR1')],
    ['it is no Parquet file', tail(20, 'JPEG')],
    ['its footer is longer than the file', tail(193)],
    ['its footer is beyond all bounds', tail(0xffff_ffff)],
    ['its footer is nothing', tail(0)],
    ['its footer is all zeroes', tail(100)],
  ])('%s', async (_, bytes) => {
    const file = signedFor(Uint8Array.from(bytes).buffer, 1);
    await expect(reading(file)).rejects.toMatchObject(wrong('BadFooter'));
  });

  test('its pages cannot be decoded', async () => {
    const entities = Array.from({ length: 50 }, (_, index) => xEntity(index));
    const opened = await (await publish(folder, entities)).open();
    const bytes = await opened.slice(0);
    const view = new Uint8Array(bytes);
    view.fill(0xee, 4, view.byteLength / 8);
    await expect(reading(signedFor(bytes, 50))).rejects.toMatchObject(wrong('BadData'));
  });
});
