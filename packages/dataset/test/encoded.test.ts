import { readFile } from 'node:fs/promises';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import {
  type DataEntity,
  DataFileWriter,
  decodeText,
  encodedColumns,
  encodingKey,
} from '../src/index.ts';
import { parquetSchemaOf, schemaText } from '../src/schema/parquet-schema.ts';
import { compressors } from './support/compressors.ts';
import { utf8, xEntity } from './support/entities.ts';
import { writeFileOf } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const keys = {
  username: encodingKey(new Uint8Array(32).fill(1)),
  url: encodingKey(new Uint8Array(32).fill(2)),
};

async function encoded(name: string, source: 'x' | 'reddit', entities: DataEntity[]) {
  const path = folder.path(name);
  const written = await writeFileOf(path, entities, { source, profile: 'encoded', keys });
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const rows: Record<string, unknown>[] = await parquetReadObjects({
    file: file as ArrayBuffer,
    compressors,
  });
  const metadata: FileMetaData = parquetMetadata(file as ArrayBuffer);
  return { written, bytes, rows, metadata };
}

describe('the public form', () => {
  test('of X holds text, label, hashtags and day, and hides username and URL', async () => {
    const { rows, bytes, metadata } = await encoded('x', 'x', [
      xEntity(7, { label: null, datetime: '2024-05-02 01:30:00+02:00' }),
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      'text label tweet_hashtags datetime username_encoded url_encoded'.split(' '),
    );
    const { username_encoded, url_encoded, ...clear } = rows[0] ?? {};
    expect(clear).toEqual({
      text: 'text 7',
      label: null,
      tweet_hashtags: ['#a', '#b'],
      datetime: '2024-05-01',
    });
    expect(decodeText(keys.username, String(username_encoded))).toBe('@user7');
    expect(decodeText(keys.url, String(url_encoded))).toBe('https://x.com/user7/status/7');
    expect(decodeText(keys.username, String(url_encoded))).toBeUndefined();
    expect(bytes.includes('user7')).toBe(false);
    expect(schemaText(metadata.schema)).toBe(
      schemaText(parquetSchemaOf(encodedColumns('x') ?? [])),
    );
  });

  test('of Reddit holds the body as text', async () => {
    const content = {
      id: 't3_1',
      url: 'https://reddit.com/r/a/1',
      username: 'somebody',
      communityName: 'r/a',
      body: 'a body',
      createdAt: '2024-05-01T12:34:00Z',
      dataType: 'post',
      title: 'a title',
    };
    const { rows } = await encoded('reddit', 'reddit', [
      xEntity(0, { source: 1, label: 'r/a', content }),
      xEntity(1, { source: 1, content: { ...content, body: null } }),
    ]);
    expect(rows).toHaveLength(1);
    const { username_encoded, url_encoded, ...clear } = rows[0] ?? {};
    expect(Object.keys(clear)).toEqual('text label dataType communityName datetime'.split(' '));
    expect(Object.values(clear)).toEqual(['a body', 'r/a', 'post', 'r/a', '2024-05-01']);
    expect(decodeText(keys.username, String(username_encoded))).toBe('somebody');
    expect(decodeText(keys.url, String(url_encoded))).toBe(content.url);
  });

  test('leaves out rows without text, counts them and says which', async () => {
    const { written, rows } = await encoded('empty', 'x', [
      xEntity(0, { content: { text: '' } }),
      xEntity(1, { timeBucketId: 5 }),
      xEntity(2, { content: {}, timeBucketId: 1 }),
      xEntity(3, { content: { text: 5 } }),
      xEntity(4, { content: utf8('no JSON') }),
      xEntity(5, { timeBucketId: 7 }),
    ]);
    expect(rows.map(({ text }) => text)).toEqual(['text 1', 'text 5']);
    expect(written).toMatchObject({ rows: 2, leftOut: [0, 2, 3, 4], bucketStart: 5, bucketEnd: 8 });
    expect(written.oddities.emptyText).toBe(4);
  });

  test('may have no rows at all', async () => {
    const { written, rows } = await encoded('none', 'x', [xEntity(0, { content: {} })]);
    expect(rows).toEqual([]);
    expect(written).toMatchObject({ rows: 0, bucketStart: 0, bucketEnd: 0, timeStart: 0 });
  });

  test('of YouTube does not exist, and no file is left', async () => {
    const path = folder.path('youtube');
    const creating = DataFileWriter.create(path, { source: 'youtube', profile: 'encoded', keys });
    await expect(creating).rejects.toMatchObject({ name: 'DataFileError', code: 'Unsupported' });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
