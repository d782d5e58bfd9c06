import {
  type ByteSource,
  type CallContext,
  isStorageError,
  type ObjectKey,
  type Sha256,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { headFacts, type ObjectFacts } from './object-info.ts';
import type { Progress } from './progress.ts';

/** What a put is about, for the two ways to do it. */
export interface Upload {
  readonly key: ObjectKey;
  readonly source: ByteSource;
  readonly sha256: Sha256;
  readonly createOnly: boolean;
  readonly call: CallContext & { readonly key: ObjectKey };
  readonly progress: Progress;
}

/** What the store said when it made the object. */
export interface Stored {
  readonly version: string;
  /** It named the checksum of exactly these bytes as its own. */
  readonly confirmed: boolean;
}

/** Undefined where there is none, or where the credentials may write but not read. */
export async function headIfAny(
  connection: S3Connection,
  { call }: Upload,
): Promise<ObjectFacts | undefined> {
  try {
    return await headFacts(connection, call);
  } catch (error) {
    if (isStorageError(error, 'NotFound') || isStorageError(error, 'PermissionDenied'))
      return undefined;
    throw error;
  }
}
