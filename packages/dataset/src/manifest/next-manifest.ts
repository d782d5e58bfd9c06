import type { HotkeyAddress } from '@data-universe/core-auth';
import {
  type ManifestFile,
  type RowMask,
  type UnsignedManifest,
  unsignedManifestSchema,
} from '../manifest.ts';
import type { SourceName } from '../source.ts';
import { changedFiles, checkpointOf, type DatasetState, totalsOf } from './dataset-state.ts';
import { ManifestError } from './manifest-error.ts';
import { mergeRowRanges, type RowRange } from './row-ranges.ts';

/** How many commits a reader goes back at most, when the writer says nothing else. */
const CHECKPOINT_EVERY = 16;
/** Beyond it a reader gives up. */
export const MAX_COMMITS_BACK = 256;

export interface DatasetChange {
  readonly added: readonly ManifestFile[];
  readonly removed: readonly string[];
  /** In any order; the rows of a file may come in several masks. */
  readonly masked: readonly RowMask[];
}

export interface ManifestMeta {
  readonly network: string;
  readonly netuid: number;
  readonly hotkey: HotkeyAddress;
  readonly source: SourceName;
  readonly profile: UnsignedManifest['profile'];
  readonly createdAt: Date;
  /** Commits from one checkpoint to the next, 1 to 256; default 16. */
  readonly checkpointEvery?: number | undefined;
}

/** The commit that follows a state, checked as a reader will check it. Throws ManifestError. */
export function nextManifest(
  state: DatasetState,
  change: DatasetChange,
  meta: ManifestMeta,
): UnsignedManifest {
  const { checkpointEvery = CHECKPOINT_EVERY, createdAt, ...identity } = meta;
  if (!(checkpointEvery >= 1 && checkpointEvery <= MAX_COMMITS_BACK))
    throw new RangeError(`checkpointEvery is 1 to ${MAX_COMMITS_BACK}, not ${checkpointEvery}`);
  if (state.profile !== null && state.profile !== meta.profile)
    throw new ManifestError('Inconsistent', `the dataset is ${state.profile}, not ${meta.profile}`);
  const changes = {
    added: [...change.added],
    removed: [...change.removed],
    masked: mergeMasks(change.masked),
  };
  const files = changedFiles(state.files, changes);
  const sequence = state.sequence + 1;
  const unsigned: UnsignedManifest = {
    version: 1,
    ...identity,
    sequence,
    previous: state.head,
    created_at: Math.floor(createdAt.getTime() / 1000),
    ...changes,
    checkpoint: (sequence - 1) % checkpointEvery === 0 ? checkpointOf(files) : null,
    totals: totalsOf(files),
  };
  const parsed = unsignedManifestSchema.safeParse(unsigned);
  if (!parsed.success)
    throw new ManifestError('Malformed', `no manifest: ${parsed.error.message}`, parsed.error);
  return parsed.data;
}

function mergeMasks(masks: readonly RowMask[]): RowMask[] {
  const byName = new Map<string, RowRange[]>();
  for (const { name, rows } of masks) byName.set(name, [...(byName.get(name) ?? []), ...rows]);
  return [...byName].map(([name, ranges]) => {
    const rows = mergeRowRanges(ranges);
    if (rows === undefined) throw new ManifestError('Inconsistent', `masks a row of ${name} twice`);
    return { name, rows: rows.map(([start, end]): [number, number] => [start, end]) };
  });
}
