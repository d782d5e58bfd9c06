import type { SourceName } from '../source.ts';
import type { Column } from './columns.ts';

/** A field of the JSON content that is a column of its own. */
export interface ContentColumn extends Column {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'strings';
  /** Every row has had it from the first day; its absence is counted. */
  readonly expected: boolean;
}

type Field = readonly [name: string, type: ContentColumn['type'], expected?: 'expected'];

const X: readonly Field[] = [
  ['username', 'string', 'expected'],
  ['text', 'string', 'expected'],
  ['url', 'string', 'expected'],
  ['timestamp', 'string', 'expected'],
  ['tweet_hashtags', 'strings', 'expected'],
  ['media', 'strings'],
  ['user_id', 'string'],
  ['user_display_name', 'string'],
  ['user_verified', 'boolean'],
  ['tweet_id', 'string'],
  ['is_reply', 'boolean'],
  ['is_quote', 'boolean'],
  ['conversation_id', 'string'],
  ['in_reply_to_user_id', 'string'],
  ['language', 'string'],
  ['in_reply_to_username', 'string'],
  ['quoted_tweet_id', 'string'],
  ['like_count', 'integer'],
  ['retweet_count', 'integer'],
  ['reply_count', 'integer'],
  ['quote_count', 'integer'],
  ['view_count', 'integer'],
  ['bookmark_count', 'integer'],
  ['user_blue_verified', 'boolean'],
  ['user_description', 'string'],
  ['user_location', 'string'],
  ['profile_image_url', 'string'],
  ['cover_picture_url', 'string'],
  ['user_followers_count', 'integer'],
  ['user_following_count', 'integer'],
  ['scraped_at', 'string'],
];

const REDDIT: readonly Field[] = [
  ['id', 'string', 'expected'],
  ['username', 'string', 'expected'],
  ['communityName', 'string', 'expected'],
  ['body', 'string', 'expected'],
  ['title', 'string'],
  ['createdAt', 'string', 'expected'],
  ['dataType', 'string', 'expected'],
  ['parentId', 'string'],
  ['url', 'string', 'expected'],
  ['media', 'strings'],
  ['is_nsfw', 'boolean'],
  ['score', 'integer'],
  ['upvote_ratio', 'number'],
  ['num_comments', 'integer'],
  ['scrapedAt', 'string'],
];

const YOUTUBE: readonly Field[] = [
  ['video_id', 'string', 'expected'],
  ['title', 'string', 'expected'],
  ['channel_name', 'string', 'expected'],
  ['upload_date', 'string', 'expected'],
  ['transcript', 'strings', 'expected'],
  ['url', 'string', 'expected'],
  ['duration_seconds', 'integer'],
  ['language', 'string'],
  ['thumbnails', 'string'],
  ['view_count', 'integer'],
  ['description', 'string'],
  ['like_count', 'integer'],
  ['subscriber_count', 'integer'],
];

const table = (fields: readonly Field[]): readonly ContentColumn[] =>
  fields.map(([name, type, expected]) => ({ name, type, expected: expected === 'expected' }));

const TABLES = { x: table(X), reddit: table(REDDIT), youtube: table(YOUTUBE) };

/** In the order today's production files have them. */
export function contentColumns(source: SourceName): readonly ContentColumn[] {
  return TABLES[source];
}
