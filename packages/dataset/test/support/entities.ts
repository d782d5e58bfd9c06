import type { DataEntity } from '../../src/index.ts';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An unremarkable X entity; `content` may be any value JSON can hold. */
export function xEntity(
  index: number,
  { content, ...changes }: Partial<Omit<DataEntity, 'content'>> & { content?: unknown } = {},
): DataEntity {
  const json = content ?? {
    username: `@user${index}`,
    text: `text ${index}`,
    url: `https://x.com/user${index}/status/${index}`,
    timestamp: '2024-05-01T12:34:00+00:00',
    tweet_hashtags: ['#a', '#b'],
  };
  const bytes = json instanceof Uint8Array ? json : utf8(JSON.stringify(json));
  return {
    uri: `https://x.com/user${index}/status/${index}`,
    datetime: '2024-05-01 12:34:56.123456+00:00',
    timeBucketId: 476_364,
    source: 2,
    label: '#a',
    content: bytes,
    contentSizeBytes: bytes.byteLength,
    ...changes,
  };
}
