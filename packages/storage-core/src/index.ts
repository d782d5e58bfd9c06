export type {
  Capabilities,
  GetOptions,
  ListOptions,
  ObjectContent,
  ObjectInfo,
  PutOptions,
  Receipt,
  StorageBackend,
  Write,
} from './backend.ts';
export { type ByteRange, resolveRange } from './byte-range.ts';
export { type ByteSource, bytesSource, fileSource, readAll } from './byte-source.ts';
export { isSha256, type Sha256, sha256Of, sha256OfStream } from './checksum.ts';
export {
  isStorageError,
  StorageError,
  type StorageErrorCode,
  type StorageOperation,
} from './errors.ts';
export {
  type KeyPrefix,
  keyUnder,
  MAX_KEY_BYTES,
  type ObjectKey,
  parseKeyPrefix,
  parseObjectKey,
} from './object-key.ts';
