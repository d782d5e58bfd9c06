import { describe, expect, test } from 'vitest';
import type { DataEntity, Oddities } from '../src/index.ts';
import { utf8, xEntity } from './support/entities.ts';
import { collect, publish } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();
const whole = { username: 'u', text: 't', url: 'l', timestamp: 'w', tweet_hashtags: [] };

async function expectReturned(entities: DataEntity[]): Promise<Oddities> {
  const published = await publish(folder, entities, { rowsPerGroup: 3 });
  expect(await collect(await published.open(), { source: 'x' })).toEqual(entities);
  return published.written.oddities;
}

describe('content comes back byte for byte and is counted, when it', () => {
  test.each<[string, Uint8Array, Partial<Oddities>]>([
    ['is empty', new Uint8Array(), { notJson: 1 }],
    ['is no JSON', utf8('{"text": '), { notJson: 1 }],
    ['has NaN as Python prints it', utf8('{"view_count": NaN}'), { notJson: 1 }],
    ['begins with a byte order mark', utf8('\uFEFF{}'), { notJson: 1 }],
    ['is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), { notUtf8: 1 }],
    ['holds an encoded surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), { notUtf8: 1 }],
    ['is only NUL characters', new Uint8Array(9), { notJson: 1 }],
    ['is an array', utf8('[1]'), { notObject: 1 }],
    ['is null', utf8('null'), { notObject: 1 }],
    ['is a number', utf8('1e999'), { notObject: 1 }],
    ['lacks every field', utf8('{}'), { missingField: 5 }],
    ['has spaces and escapes of its own', utf8(` ${JSON.stringify(whole)}\n`), {}],
  ])('%s', async (_, content, expected) => {
    const oddities = await expectReturned([xEntity(0), xEntity(1, { content }), xEntity(2)]);
    // An object without fields says all that there is to say.
    const kept = expected.missingField === 5 ? {} : { keptContent: 1 };
    expect(nonZero(oddities)).toEqual({ ...expected, ...kept });
  });

  test.each<[string, string, Partial<Oddities>]>([
    ['a count that is text', '"like_count": "3"', { wrongType: 1 }],
    ['a count with a fraction', '"like_count": 3.5', { wrongType: 1 }],
    ['a count beyond exact numbers', '"like_count": 9007199254740993', { inexactNumber: 1 }],
    ['a count beyond all numbers', '"like_count": 1e999', { inexactNumber: 1 }],
    ['a text that is a number', '"language": 3', { wrongType: 1 }],
    ['a flag that is a number', '"is_reply": 1', { wrongType: 1 }],
    ['a list that is a text', '"media": "a"', { wrongType: 1 }],
    ['a list of numbers', '"media": [1]', { wrongType: 1 }],
    ['half a surrogate pair', '"language": "\\ud83e"', { illFormedText: 1 }],
    ['half a surrogate pair in a list', '"media": ["\\udd8a"]', { illFormedText: 1 }],
    ['nulls where fields are', '"media": null, "language": null, "like_count": null', {}],
    ['keys of the prototype', '"__proto__": {"media": 1}, "constructor": 1, "toString": 2', {}],
    ['a field twice', '"language": 1, "language": "de"', {}],
  ])('has %s', async (_, members, expected) => {
    const content = utf8(`${JSON.stringify(whole).slice(0, -1)}, ${members}}`);
    const oddities = await expectReturned([xEntity(0, { content })]);
    expect(nonZero(oddities)).toEqual({ ...expected, keptContent: 1 });
  });
});

describe('an entity comes back as it was, with', () => {
  test.each<[string, Partial<Omit<DataEntity, 'content'>>]>([
    ['NULL for a label', { label: 'NULL' }],
    ['no label', { label: null }],
    ['an empty label', { label: '' }],
    ['a label of emoji and NUL', { label: '#🦊\u0000' }],
    ['a byte order mark before its URI', { uri: '\uFEFFhttps://x.com/a' }],
    ['an empty URI', { uri: '' }],
    ['another offset', { datetime: '2024-05-01 14:34:56+02:00' }],
    ['a short fraction', { datetime: '2024-05-01 12:34:56.1+00:00' }],
    ['a fraction of nanoseconds', { datetime: '2024-05-01 12:34:56.123456789+00:00' }],
    ['a fraction of zero', { datetime: '2024-05-01 12:34:56.000000+00:00' }],
    ['a T and a Z', { datetime: '2024-05-01T12:34:56Z' }],
    ['a moment before 1970', { datetime: '1969-12-31 23:59:59.999999+00:00', timeBucketId: -1 }],
    ['the first moment of year 1', { datetime: '0001-01-01 00:00:00+00:00' }],
    ['the last moment of year 9999', { datetime: '9999-12-31 23:59:59.999999+00:00' }],
    ['a size that is not the size', { contentSizeBytes: 999_999_999_999 }],
    ['a negative size', { contentSizeBytes: -1 }],
    ['a bucket that is not the hour', { timeBucketId: 2 ** 52 }],
  ])('%s', async (_, changes) => {
    const oddities = await expectReturned([xEntity(0, changes)]);
    expect(nonZero(oddities)).toEqual({});
  });

  test.each(['', 'yesterday', '2024-02-30 00:00:00+00:00', '2024-05-01 12:34:56'])(
    'the datetime %j, which names no moment',
    async (datetime) => {
      const entities = [xEntity(0), xEntity(1, { datetime })];
      expect(nonZero(await expectReturned(entities))).toEqual({ badDatetime: 1 });
    },
  );
});

function nonZero(oddities: Oddities): Partial<Oddities> {
  return Object.fromEntries(Object.entries(oddities).filter(([, count]) => count > 0));
}
