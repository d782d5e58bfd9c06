import {
  DataFileError,
  type DataFileOptions,
  type PrivacyKeys,
} from '@data-universe/dataset/writing';
import type { DatasetIdentity } from '../ledger/dataset-identity.ts';

/** How the data files of a dataset are written. Throws DataFileError where keys are missing. */
export function fileOptionsOf(
  { source, profile }: Pick<DatasetIdentity, 'source' | 'profile'>,
  keys: PrivacyKeys | undefined,
): DataFileOptions {
  if (profile === 'raw') return { source, profile };
  if (keys === undefined)
    throw new DataFileError('Unsupported', source, 'the profile encoded needs keys');
  return { source, profile, keys };
}
