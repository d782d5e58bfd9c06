import type { ByteRange } from './byte-range.ts';
import type { ByteSource } from './byte-source.ts';
import type { Sha256 } from './checksum.ts';
import type { KeyPrefix, ObjectKey } from './object-key.ts';

/** What a backend can do. Asking for what it can't is a StorageError Unsupported. */
export interface Capabilities {
  /** `put` with `ifExists: 'fail'` is atomic: of any number of racing writers one wins. */
  readonly createOnly: boolean;
  /** `put` with `ifExists: 'replace'`. */
  readonly replace: boolean;
  /** `commit` makes several objects visible at once, or none. */
  readonly atomicCommit: boolean;
  /** `head` and `get` report the SHA-256 of an object that `put` wrote; `list` may leave it out. */
  readonly reportsSha256: boolean;
}

export interface CallOptions {
  /** Ends the call with Aborted; an aborted write leaves no object. */
  readonly signal?: AbortSignal | undefined;
}

export interface PutProgress {
  readonly key: ObjectKey;
  /** On their way or there already; never goes back, and ends at `bytesTotal` where the put succeeds. */
  readonly bytesSent: number;
  readonly bytesTotal: number;
}

export interface PutOptions extends CallOptions {
  /** Of the whole body. Bytes that differ are refused and leave no object. */
  readonly sha256: Sha256;
  /** Default `fail`: an existing key is AlreadyExists and stays as it is. */
  readonly ifExists?: 'fail' | 'replace' | undefined;
  /** Told now and then, by backends whose writes take their time; others never call it. */
  readonly onProgress?: ((progress: PutProgress) => void) | undefined;
}

export interface GetOptions extends CallOptions {
  /** Cut at the end of the object, as `slice` does; empty past the end. */
  readonly range?: ByteRange | undefined;
}

export interface ListOptions extends CallOptions {
  /** Only keys after this one, in the order of their UTF-8 bytes. */
  readonly startAfter?: ObjectKey | undefined;
}

export interface ObjectInfo {
  readonly key: ObjectKey;
  /** Bytes. */
  readonly size: number;
  /** Opaque, changes with the content; never compared across stores. */
  readonly version: string;
  readonly modifiedAt: Date;
  readonly sha256?: Sha256 | undefined;
}

/** Proof that the store holds the object; equal to what `head` says of it. */
export interface Receipt extends ObjectInfo {
  readonly sha256: Sha256;
}

export interface ObjectContent {
  readonly info: ObjectInfo;
  /** The bytes returned, `[start, end)` of the object. */
  readonly range: { readonly start: number; readonly end: number };
  /**
   * Read once, to the end or left with `break`: both release the connection. An end before
   * `range.end` is an Unavailable error, never a short body.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Write {
  readonly key: ObjectKey;
  readonly source: ByteSource;
  readonly sha256: Sha256;
}

/** An object store reduced to what a dataset needs. Every failure is a StorageError. */
export interface StorageBackend {
  /** For messages and ledgers: kind and place, no secret. */
  readonly name: string;
  readonly capabilities: Capabilities;
  put(key: ObjectKey, source: ByteSource, options: PutOptions): Promise<Receipt>;
  get(key: ObjectKey, options?: GetOptions): Promise<ObjectContent>;
  head(key: ObjectKey, options?: CallOptions): Promise<ObjectInfo>;
  /** Every key below the prefix in the order of UTF-8 bytes, over any number of pages. */
  list(prefix: KeyPrefix, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /**
   * Creates several objects together, all of them or none; a key that exists, or comes twice, is
   * AlreadyExists. Unsupported where `atomicCommit` is false.
   */
  commit(writes: readonly Write[], options?: CallOptions): Promise<readonly Receipt[]>;
}
