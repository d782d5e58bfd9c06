import { pythonJson } from './python-json.ts';
import type { Random } from './random.ts';

/** A row of the miner's table as it is inserted. */
export interface MinerRow {
  readonly uri: string;
  readonly datetime: string;
  readonly timeBucketId: number;
  readonly source: number;
  readonly label: string | null;
  readonly content: Buffer;
}

const WORDS = [
  'subnet',
  'miner',
  'data',
  'fresh',
  'today',
  'why',
  'nobody',
  'talks',
  'about',
  'storage',
  'coffee',
  'naïve',
  'Überraschung',
  'данные',
  '数据',
  'データ',
  'بيانات',
  '🚀',
  '👩‍👩‍👧',
  'cafe\u0301',
  '—',
  'really?',
  'block',
  'hash',
] as const;
const TAGS = ['#Bittensor', '#AI', '#OpenData', '#día', '#データ'] as const;
const COMMUNITIES = [
  'r/bittensor_',
  'r/datasets',
  'r/MachineLearning',
  "r/what's_new",
  'r/100%',
] as const;

function sentence(random: Random): string {
  return Array.from({ length: 4 + random.below(24) }, () => random.pick(WORDS)).join(' ');
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]+00:00`, as the miner's scraper writes a post's time. */
function databaseTime(milliseconds: number, random: Random): string {
  const text = new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = random.chance(0.1)
    ? `.${String(random.below(999_999) + 1).padStart(6, '0')}`
    : '';
  return `${text}${fraction}+00:00`;
}

const toMinute = (milliseconds: number) =>
  `${new Date(milliseconds).toISOString().slice(0, 16)}:00+00:00`;

export function xPost(random: Random, milliseconds: number, number: number): MinerRow {
  const user = `user_${random.below(400)}`;
  const tweetId = (BigInt(milliseconds - 1_288_834_974_657) << 22n) | BigInt(number & 0x3fffff);
  const uri = `https://x.com/${user}/status/${tweetId}`;
  const tags = random.chance(0.6) ? [random.pick(TAGS)] : [];
  const time = toMinute(milliseconds);
  const full = {
    user_id: String(random.below(1e9)),
    user_display_name: `${random.pick(WORDS)} ${random.pick(WORDS)}`,
    user_verified: random.chance(0.2),
    tweet_id: String(tweetId),
    is_reply: random.chance(0.3),
    is_quote: false,
    language: random.pick(['en', 'de', 'ja', 'ar']),
    like_count: random.below(5_000),
    retweet_count: random.below(500),
    view_count: random.below(100_000),
    scraped_at: time,
  };
  const content = {
    username: `@${user}`,
    text: sentence(random),
    url: uri,
    timestamp: time,
    tweet_hashtags: tags,
    ...(random.chance(0.8) ? full : {}),
  };
  return {
    uri,
    datetime: databaseTime(milliseconds, random),
    timeBucketId: Math.floor(milliseconds / 3_600_000),
    source: 2,
    label: tags[0]?.toLowerCase() ?? (random.chance(0.5) ? null : 'NULL'),
    content: Buffer.from(pythonJson(content)),
  };
}

export function redditPost(random: Random, milliseconds: number, number: number): MinerRow {
  const community = random.pick(COMMUNITIES);
  const isPost = random.chance(0.4);
  const id = `${isPost ? 't3' : 't1'}_${number.toString(36).padStart(7, '0')}`;
  const uri = `https://www.reddit.com/${community}/comments/${id}/`;
  const content = {
    id,
    url: uri,
    username: `redditor${random.below(300)}`,
    communityName: community,
    body: isPost && random.chance(0.3) ? '' : sentence(random),
    createdAt: toMinute(milliseconds),
    dataType: isPost ? 'post' : 'comment',
    title: isPost ? sentence(random) : null,
    parentId: isPost ? null : `t3_${random.below(1e6).toString(36)}`,
    media: random.chance(0.1) ? ['https://i.redd.it/picture.jpg'] : null,
    is_nsfw: random.chance(0.02),
    score: random.below(9_000) - 50,
    upvote_ratio: isPost ? random.below(101) / 100 : null,
    num_comments: isPost ? random.below(400) : null,
    scrapedAt: toMinute(milliseconds),
  };
  return {
    uri,
    datetime: databaseTime(milliseconds, random),
    timeBucketId: Math.floor(milliseconds / 3_600_000),
    source: 1,
    label: community.toLowerCase(),
    content: Buffer.from(pythonJson(content)),
  };
}

/** What is found in real databases beside well-formed posts. */
export function oddRows(milliseconds: number): MinerRow[] {
  const odd = (name: string, content: Buffer, change: Partial<MinerRow> = {}): MinerRow => ({
    uri: `https://x.com/odd/status/${name}`,
    datetime: `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')}+00:00`,
    timeBucketId: Math.floor(milliseconds / 3_600_000),
    source: 2,
    label: '#odd',
    content,
    ...change,
  });
  const text = (value: string) => Buffer.from(value);
  return [
    odd('empty', Buffer.alloc(0)),
    odd('not-json', text('{"username": "@cut off')),
    odd('not-utf8', Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3])),
    odd('nul', text('{"text": "a\\u0000b"}\u0000')),
    odd('array', text('[1, 2, 3]')),
    odd(
      'wrong-types',
      text('{"text": 7, "like_count": "many", "tweet_hashtags": "#one", "user_verified": null}'),
    ),
    odd(
      'huge-number',
      text('{"text": "big", "like_count": 9007199254740993, "view_count": 1e400}'),
    ),
    odd("quote'; percent%", text('{"text": "label"}'), { label: "#it's 100%" }),
    odd('offset', text('{"text": "offset"}'), { datetime: '2026-01-02 03:04:05.6+05:30' }),
    odd('no-time', text('{"text": "no time"}'), { datetime: 'yesterday' }),
  ];
}
