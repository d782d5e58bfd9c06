import type { SourceName } from '@data-universe/core-auth';

const IDS: Readonly<Record<SourceName, number>> = { reddit: 1, x: 2, youtube: 3 };

/** The number of a source in the miner's database. */
export function sourceId(source: SourceName): number {
  return IDS[source];
}
