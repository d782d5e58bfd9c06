import type { Row } from './miner-database.ts';

/** Thursday 2026-01-01 00:00 UTC. */
const FIRST_HOUR = 490_896;

/** The start of an hour of the tests' time. */
export function hourOf(hour: number): Date {
  return new Date((FIRST_HOUR + hour) * 3_600_000);
}

/** Post number `n` on X, in the given hour, at a minute of its own. */
export function xPost(n: number, hour: number, change: Partial<Row> & { text?: string } = {}): Row {
  const { text = `Text of ${n}: café 🙂`, ...columns } = change;
  const uri = `https://x.com/user${n % 7}/status/${19_000_000_000 + n}`;
  const content = {
    username: `@user${n % 7}`,
    text,
    url: uri,
    timestamp: hourOf(hour).toISOString(),
    tweet_hashtags: n % 3 === 0 ? [] : [`#label${n % 5}`],
    like_count: n,
  };
  return {
    uri,
    ...times(hour, n),
    source: 2,
    label: n % 3 === 0 ? null : `#label${n % 5}`,
    content: Buffer.from(JSON.stringify(content)),
    ...columns,
  };
}

/** Post number `n` on Reddit. */
export function redditPost(n: number, hour: number, change: Partial<Row> = {}): Row {
  const url = `https://www.reddit.com/r/place/comments/${n.toString(36)}/`;
  const content = {
    id: `t3_${n.toString(36)}`,
    url,
    username: `user${n % 5}`,
    communityName: 'r/place',
    body: n % 4 === 0 ? null : `Body of ${n}\nin two lines`,
    createdAt: hourOf(hour).toISOString(),
    dataType: 'post',
    title: `Title ${n}`,
    parentId: null,
  };
  return {
    uri: url,
    ...times(hour, n),
    source: 1,
    label: 'r/place',
    content: Buffer.from(JSON.stringify(content)),
    ...change,
  };
}

/** What a miner's table also holds: none of it may be lost or altered. */
export function oddRows(hour: number): Row[] {
  const odd = (name: string, change: Partial<Row>) =>
    xPost(0, hour, { uri: `https://x.com/odd/status/${name}`, ...change });
  return [
    odd('not-json', { content: Buffer.from('{"text": "cut o') }),
    odd('not-utf8', { content: Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]) }),
    odd('no-object', { content: Buffer.from('[1, 2]') }),
    odd('empty', { content: Buffer.alloc(0) }),
    odd('wrong-types', { content: Buffer.from('{"text": 5, "like_count": "many"}') }),
    odd('text-null', { label: 'NULL' }),
    odd('no-time', { datetime: 'yesterday' }),
    odd('other-offset', { datetime: '2026-01-01 05:30:00.123456+05:30' }),
    odd('steer', {
      label: '#\u001b[2J\u202e',
      content: Buffer.from('{"text": "\u001b]0;owned\u0007"}'),
    }),
    odd('ünï/ %2F+?#', {}),
  ];
}

function times(hour: number, n: number): Pick<Row, 'datetime' | 'timeBucketId'> {
  const time = new Date(hourOf(hour).getTime() + (n % 3600) * 1000);
  return {
    datetime: `${time.toISOString().slice(0, 19).replace('T', ' ')}+00:00`,
    timeBucketId: FIRST_HOUR + hour,
  };
}
