import type { SourceName } from '../source.ts';
import type { Column } from './columns.ts';

const string = (name: string): Column => ({ name, type: 'string' });

const X: readonly Column[] = [
  string('text'),
  string('label'),
  { name: 'tweet_hashtags', type: 'strings' },
  string('datetime'),
  string('username_encoded'),
  string('url_encoded'),
];

const REDDIT: readonly Column[] = [
  string('text'),
  string('label'),
  string('dataType'),
  string('communityName'),
  string('datetime'),
  string('username_encoded'),
  string('url_encoded'),
];

/** Columns of the public form; undefined for a source that has none. */
export function encodedColumns(source: SourceName): readonly Column[] | undefined {
  return { x: X, reddit: REDDIT, youtube: undefined }[source];
}
