import { isDeepStrictEqual } from 'node:util';
import type { Sha256 } from '@data-universe/storage-core';
import { parseDataFileName } from '../layout.ts';
import type { Manifest, ManifestFile, UnsignedManifest } from '../manifest.ts';
import { ManifestError } from './manifest-error.ts';
import { areRowRanges, countRows, mergeRowRanges, type RowRange } from './row-ranges.ts';

export interface DatasetFile {
  readonly file: ManifestFile;
  /** Rows that don't count, ascending and apart. */
  readonly masked: readonly RowRange[];
}

/** What a chain of manifests adds up to. */
export interface DatasetState {
  /** Of the last commit; 0 before the first. */
  readonly sequence: number;
  /** SHA-256 of the last commit's object. */
  readonly head: Sha256 | null;
  /** By name. */
  readonly files: ReadonlyMap<string, DatasetFile>;
  /** Rows are those that count. */
  readonly totals: UnsignedManifest['totals'];
  /** Null before the first commit. */
  readonly profile: UnsignedManifest['profile'] | null;
}

export function emptyDataset(): DatasetState {
  const totals = { files: 0, rows: 0, bytes: 0 };
  return { sequence: 0, head: null, files: new Map(), totals, profile: null };
}

type Changes = Pick<UnsignedManifest, 'added' | 'removed' | 'masked'>;

/** The files after a change. Throws ManifestError Inconsistent. */
export function changedFiles(
  before: ReadonlyMap<string, DatasetFile>,
  { added, removed, masked }: Changes,
): Map<string, DatasetFile> {
  const files = new Map(before);
  for (const name of removed)
    if (!files.delete(name)) refuse(`removes ${name}, which the dataset does not have`);
  if (new Set(masked.map(({ name }) => name)).size < masked.length)
    refuse('masks rows of a file in two places');
  for (const { name, rows } of masked) {
    const held = files.get(name);
    if (held === undefined) refuse(`masks rows of ${name}, which the dataset does not have`);
    files.set(name, { file: held.file, masked: addMask(held, rows) });
  }
  for (const file of added) {
    if (files.has(file.name) || before.has(file.name))
      refuse(`adds ${file.name}, which the dataset has already`);
    checkFile(file);
    files.set(file.name, { file, masked: [] });
  }
  return files;
}

function addMask({ file, masked }: DatasetFile, rows: readonly RowRange[]): readonly RowRange[] {
  if (!areRowRanges(rows, file.rows))
    refuse(`masks rows of ${file.name} in ranges that are not ascending, apart and within it`);
  return mergeRowRanges([...masked, ...rows]) ?? refuse(`masks rows of ${file.name} a second time`);
}

function checkFile(file: ManifestFile): void {
  const claim = parseDataFileName(file.name);
  if (claim?.rows !== file.rows || !file.sha256.startsWith(claim.sha256Start))
    refuse(`lists ${file.name} with other rows or another hash than its name says`);
  if (file.time_start > file.time_end || file.bucket_start > file.bucket_end)
    refuse(`lists ${file.name} with a range that ends before it begins`);
}

export function totalsOf(files: ReadonlyMap<string, DatasetFile>): UnsignedManifest['totals'] {
  let rows = 0;
  let bytes = 0;
  for (const { file, masked } of files.values()) {
    rows += file.rows - countRows(masked);
    bytes += file.size;
  }
  return { files: files.size, rows, bytes };
}

/** The whole dataset as a checkpoint lists it, in the order of names. */
export function checkpointOf(
  files: ReadonlyMap<string, DatasetFile>,
): NonNullable<UnsignedManifest['checkpoint']> {
  const sorted = [...files.values()].sort((a, b) => (a.file.name < b.file.name ? -1 : 1));
  return {
    files: sorted.map(({ file }) => file),
    masked: sorted
      .filter(({ masked }) => masked.length > 0)
      .map(({ file, masked }) => ({
        name: file.name,
        rows: masked.map(([start, end]): [number, number] => [start, end]),
      })),
  };
}

/** The state after a commit, whose signature was checked before. Throws ManifestError. */
export function applyManifest(
  state: DatasetState,
  manifest: Manifest,
  manifestSha256: Sha256,
): DatasetState {
  const { sequence, previous, profile } = manifest;
  if (sequence !== state.sequence + 1 || previous !== state.head)
    throw new ManifestError(
      'BrokenChain',
      `manifest ${sequence} does not follow manifest ${state.sequence}`,
    );
  if (state.profile !== null && profile !== state.profile)
    refuse(`turns a dataset of profile ${state.profile} into one of ${profile}`);
  const files = changedFiles(state.files, manifest);
  const { checkpoint } = manifest;
  if (checkpoint !== null && !isDeepStrictEqual(checkpoint, checkpointOf(files)))
    refuse(`manifest ${sequence} has a checkpoint that is not what its changes add up to`);
  return stateAfter(manifest, manifestSha256, files);
}

/** The state a checkpoint says, whatever came before it. Throws ManifestError. */
export function stateFromCheckpoint(
  manifest: Manifest,
  checkpoint: NonNullable<Manifest['checkpoint']>,
  manifestSha256: Sha256,
): DatasetState {
  const added = changedFiles(new Map(), { added: checkpoint.files, removed: [], masked: [] });
  const files = changedFiles(added, { added: [], removed: [], masked: checkpoint.masked });
  if (!isDeepStrictEqual(checkpoint, checkpointOf(files)))
    refuse(`manifest ${manifest.sequence} has a checkpoint that is not in the order of names`);
  return stateAfter(manifest, manifestSha256, files);
}

function stateAfter(
  manifest: Manifest,
  head: Sha256,
  files: ReadonlyMap<string, DatasetFile>,
): DatasetState {
  const totals = totalsOf(files);
  if (!isDeepStrictEqual(manifest.totals, totals))
    refuse(`manifest ${manifest.sequence} has totals that do not add up`);
  return { sequence: manifest.sequence, head, files, totals, profile: manifest.profile };
}

function refuse(why: string): never {
  throw new ManifestError('Inconsistent', why);
}
