export type {
  CallOptions,
  Capabilities,
  GetOptions,
  ListOptions,
  ObjectContent,
  ObjectInfo,
  PutOptions,
  PutProgress,
  Receipt,
  StorageBackend,
  Write,
} from './backend.ts';
export { BodyProof } from './body-proof.ts';
export { type ByteRange, resolveRange } from './byte-range.ts';
export {
  type ByteReader,
  type ByteSource,
  bytesSource,
  fileSource,
  readAll,
  unreadable,
} from './byte-source.ts';
export {
  abortedError,
  type CallContext,
  failure,
  throwIfAborted,
  untilAborted,
} from './call-context.ts';
export { isSha256, type Sha256, sha256Of, sha256OfStream } from './checksum.ts';
export {
  isStorageError,
  StorageError,
  type StorageErrorCode,
  type StorageErrorOptions,
  type StorageOperation,
} from './errors.ts';
export { FileSystemBackend, type FileSystemBackendOptions } from './file-system-backend.ts';
export { MemoryBackend } from './memory-backend.ts';
export { type ObjectBodyOptions, objectBody } from './object-body.ts';
export {
  compareKeys,
  isObjectKey,
  type KeyPrefix,
  keyUnder,
  MAX_KEY_BYTES,
  type ObjectKey,
  parseKeyPrefix,
  parseObjectKey,
} from './object-key.ts';
export { type VerifyOptions, verifiedChunks } from './verified-chunks.ts';
