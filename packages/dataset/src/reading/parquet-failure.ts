import { isStorageError } from '@data-universe/storage-core';
import { DataFileError, type DataFileErrorCode } from '../data-file-error.ts';
import { IntegrityError } from '../integrity-error.ts';

/** Runs a step of hyparquet: what it cannot decode becomes a DataFileError, what is typed stays. */
export async function decoding<T>(
  code: DataFileErrorCode,
  file: string,
  step: () => T | Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof DataFileError || error instanceof IntegrityError || isStorageError(error))
      throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataFileError(code, file, why, error);
  }
}
