import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { compressZstd, uncompressZstd } from '../src/compression/zstd.ts';
import { checkZstdFrame } from '../src/compression/zstd-frame.ts';
import { DataFileError, rawColumns, readEntities, type VerifiedFile } from '../src/index.ts';
import { checkRuns } from '../src/reading/check-runs.ts';
import { selectedGroups } from '../src/reading/row-groups.ts';
import { parquetSchemaOf } from '../src/schema/parquet-schema.ts';
import { xEntity } from './support/entities.ts';
import { publish } from './support/published.ts';
import { signedFor } from './support/signed-for.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

// Many cases a test: a busy machine needs more than the default.
vi.setConfig({ testTimeout: 60_000 });

const folder = useTemporaryFolder();
const ROWS = 200;
let sound = new Uint8Array();

beforeAll(async () => {
  const entities = Array.from({ length: ROWS }, (_, index) =>
    xEntity(index, { label: index % 3 === 0 ? null : '#a' }),
  );
  const published = await publish(folder, entities, { rowsPerGroup: 80 });
  sound = new Uint8Array(await (await published.open()).slice(0));
});

async function reading(file: VerifiedFile): Promise<number> {
  let count = 0;
  for await (const entities of readEntities(file, { source: 'x' })) count += entities.length;
  return count;
}

const wrong = (code: string) => ({ name: 'DataFileError', code, retryable: false });

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

/** A file that is nothing but a footer. */
function footer(...parts: (readonly number[] | Uint8Array)[]): VerifiedFile {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const tail = Buffer.alloc(8, 'xxxxPAR1');
  tail.writeUInt32LE(body.byteLength);
  return signedFor(Uint8Array.from(Buffer.concat([Buffer.from('PAR1'), body, tail])).buffer, 1);
}

describe('a footer is refused that', () => {
  const many = 10_000_000;
  test.each<[string, VerifiedFile]>([
    ['holds a number of a million bytes', footer([0x16], new Uint8Array(1_000_000).fill(0xff))],
    ['lists millions of structs', footer([0x19, 0xfc, ...varint(many)], new Uint8Array(many + 1))],
    ['has millions of fields', footer(new Uint8Array(many).fill(0x11), [0])],
    ['nests a thousand structs', footer(new Uint8Array(1000).fill(0x1c), new Uint8Array(1001))],
    ['has a field twice', footer([0x15, 2, 0x05, 2, 4, 0])],
    ['claims a list of negative length', footer([0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f, 0])],
    ['claims a text of negative length', footer([0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 0])],
  ])('%s', async (_, file) => {
    await expect(reading(file)).rejects.toMatchObject(wrong('BadFooter'));
  });

  test('counts more rows than the file has bytes', async () => {
    const file = signedFor(sound.buffer, sound.byteLength + 1);
    await expect(reading(file)).rejects.toMatchObject(wrong('TooLarge'));
  });
});

describe('row groups are refused that', () => {
  const metadata = () => parquetMetadata(sound.buffer);
  const groupsOf = (row_groups: ReturnType<typeof metadata>['row_groups']) => {
    const nothing = { masked: [], bucketStart: -Infinity, bucketEnd: Infinity, labels: undefined };
    const columns = new Map(rawColumns('x').map((column) => [column.name, column]));
    const size = sound.byteLength;
    return [...selectedGroups('f', size, { ...metadata(), row_groups }, columns, nothing)];
  };

  test('read the same bytes again and again', () => {
    const [group] = metadata().row_groups;
    if (group === undefined) throw new Error('no row group');
    expect(groupsOf([group])).toHaveLength(1);
    expect(() => groupsOf(Array(50).fill(group))).toThrow(
      expect.objectContaining(wrong('BadData')),
    );
  });

  test('lack a column, or have one twice', () => {
    const [group] = metadata().row_groups;
    if (group === undefined) throw new Error('no row group');
    const { columns } = group;
    for (const others of [columns.slice(0, -1), [...columns, ...columns.slice(-1)]])
      expect(() => groupsOf([{ ...group, columns: others }])).toThrow(
        expect.objectContaining(wrong('BadData')),
      );
  });
});

describe('a page is refused that', () => {
  test('claims more levels than the row group has rows', async () => {
    // 80 values, all there: the levels of datetime's only page in a group.
    const run = [...varint(80 << 1), 1];
    const bytes = Buffer.from(sound);
    const at = bytes.indexOf(Uint8Array.from(run));
    expect(at).toBeGreaterThan(0);
    expect(await reading(signedFor(sound.buffer, ROWS))).toBe(ROWS);
    bytes.set(varint(81 << 1), at);
    const file = signedFor(Uint8Array.from(bytes).buffer, ROWS);
    await expect(reading(file)).rejects.toMatchObject(wrong('BadData'));
  });

  test('gives every row the same megabyte by a dictionary', async () => {
    const columns = rawColumns('x');
    const values: Record<string, unknown> = {
      uri: 'u',
      datetime_text: 'd',
      time_bucket_id: 1n,
      content_size_bytes: 1n,
      content: new Uint8Array(1_000_000),
    };
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({
      writer,
      schema: parquetSchemaOf(columns),
      codec: 'UNCOMPRESSED',
    });
    const rows = 600;
    void parquet.write({
      columnData: columns.map(({ name, type }) => ({
        name,
        ...(type === 'boolean' ? { encoding: 'PLAIN' as const } : {}),
        data: Array(rows).fill(values[name] ?? null),
      })),
    });
    void parquet.finish();
    const file = signedFor(writer.getBuffer(), rows);
    await expect(reading(file)).rejects.toMatchObject(wrong('TooLarge'));
  });
});

test('whatever bytes of a signed file are wrong, it is read or it is a DataFileError', async () => {
  const footerStart =
    sound.byteLength - 8 - new DataView(sound.buffer).getUint32(sound.byteLength - 8, true);
  const place = fc.oneof(
    fc.integer({ min: 4, max: footerStart - 1 }),
    fc.integer({ min: footerStart, max: sound.byteLength - 1 }),
  );
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff));
  const edits = fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(edits, async (changes) => {
      const bytes = sound.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      const outcome = await reading(signedFor(bytes.buffer, ROWS)).catch((error: unknown) => error);
      expect(outcome instanceof DataFileError || outcome === ROWS).toBe(true);
    }),
    { numRuns: 400 },
  );
});

describe('runs of levels or indexes', () => {
  test.each<[string, number[], number, number]>([
    ['one repeated value', [6 << 1, 1], 1, 6],
    ['eight packed values, six of them needed', [3, 0xff], 1, 6],
    ['one after the other', [3, 0xff, 2 << 1, 1], 1, 10],
    ['values of no bits', [6 << 1], 0, 6],
    ['packed values of no bits at the end', [3], 0, 6],
    ['nothing for nothing', [], 1, 0],
  ])('are taken: %s', (_, bytes, width, count) => {
    expect(() => checkRuns(Uint8Array.from(bytes), width, count)).not.toThrow();
  });

  test.each<[string, number[], number, number]>([
    ['a billion values in six bytes', [...varint(2 ** 31), 1], 1, 6],
    ['more values than there are bits for', [...varint(2 ** 40), 1], 1, 6],
    ['more packed groups than values', [7, 0xff, 0xff, 0xff], 1, 6],
    ['a billion packed values of no bits', varint(2 ** 31 + 1), 0, 6],
    ['packed values of no bits before others', [3, 6 << 1], 0, 14],
    ['an empty packed run', [1, 6 << 1, 1], 1, 6],
    ['an end before the last value', [5 << 1, 1], 1, 6],
    ['a run past the end', [6 << 1], 1, 6],
    ['values of 33 bits', [6 << 1, 0, 0, 0, 0, 0], 33, 6],
  ])('are refused: %s', (_, bytes, width, count) => {
    expect(() => checkRuns(Uint8Array.from(bytes), width, count)).toThrow(Error);
  });
});

describe('a zstd frame', () => {
  const text = Buffer.from('a text and a text and a text '.repeat(20));
  const frame = compressZstd(text);
  /** Blocks of four bytes, each of which stands for 128 KiB of zeroes. */
  const bomb = (blocks: number) => {
    const block = (last: boolean) => [(last ? 1 : 0) | 2 | 0, 0, 0x10, 0];
    const body = Array.from({ length: blocks }, (_, index) => block(index === blocks - 1));
    return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, ...body.flat()]);
  };

  test('is uncompressed', () => {
    expect(Buffer.from(uncompressZstd(frame, text.byteLength))).toEqual(text);
    expect(uncompressZstd(compressZstd(new Uint8Array()), 0)).toHaveLength(0);
    expect(uncompressZstd(bomb(2), 2 ** 18)).toHaveLength(2 ** 18);
  });

  test.each<[string, Uint8Array, number]>([
    ['announces more than it holds', frame, text.byteLength + 1],
    ['announces less than it holds', frame, text.byteLength - 1],
    ['is cut', frame.subarray(0, -3), text.byteLength],
    ['goes on behind its end', Buffer.concat([frame, frame]), text.byteLength],
    ['is nothing', new Uint8Array(), 0],
    ['is no frame', text, text.byteLength],
    ['grows without end', bomb(10_000), 100],
  ])('is refused that %s', (_, bytes, size) => {
    expect(() => uncompressZstd(bytes, size)).toThrow(Error);
    expect(() => checkZstdFrame(bytes, size) ?? uncompressZstd(bytes, size)).toThrow(Error);
  });
});
