export type { DataEntity } from './data-entity.ts';
export { DataFileError, type DataFileErrorCode } from './data-file-error.ts';
export { parseDatetime, printDatetime } from './datetime.ts';
export { IntegrityError } from './integrity-error.ts';
export {
  blockListKey,
  type DataFileName,
  dataFileName,
  datasetPrefix,
  manifestKey,
  manifestPrefix,
  parseDataFileName,
  parseManifestKey,
} from './layout.ts';
export {
  applyManifest,
  type DatasetFile,
  type DatasetState,
  emptyDataset,
} from './manifest/dataset-state.ts';
export {
  type LoadDatasetOptions,
  type LoadedDataset,
  loadDataset,
  type RejectedManifest,
} from './manifest/load-dataset.ts';
export { ManifestError, type ManifestErrorCode } from './manifest/manifest-error.ts';
export { type DatasetChange, type ManifestMeta, nextManifest } from './manifest/next-manifest.ts';
export type { RowRange } from './manifest/row-ranges.ts';
export { MAX_MANIFEST_BYTES, signManifest } from './manifest/sign-manifest.ts';
export {
  type DatasetIdentity,
  type ExpectedManifest,
  verifyManifest,
} from './manifest/verify-manifest.ts';
export {
  MANIFEST_DOMAIN,
  type Manifest,
  type ManifestFile,
  manifestFileSchema,
  manifestSchema,
  type RowMask,
  type UnsignedManifest,
  unsignedManifestSchema,
} from './manifest.ts';
export { manifestFileOf } from './manifest-file.ts';
export { ODDITY_KINDS, type Oddities, type OddityKind } from './oddities.ts';
export { encodePairs } from './privacy/encode-pairs.ts';
export { decodeText, encodeText } from './privacy/encode-text.ts';
export {
  type EncodingKey,
  EncodingKeyError,
  type EncodingKeyErrorCode,
  encodingKey,
  encodingKeyBytes,
  type PrivacyKeys,
  parseEncodingKey,
} from './privacy/encoding-key.ts';
export { createKeyFile, readKeyFile } from './privacy/key-file.ts';
export {
  type DataRow,
  type ReadEntitiesOptions,
  readEntities,
  readRows,
} from './reading/read-entities.ts';
export { openDataFile, type VerifiedFile } from './reading/verified-file.ts';
export { verifyWholeFile } from './reading/verify-whole-file.ts';
export type { Column, ColumnType } from './schema/columns.ts';
export { encodedColumns } from './schema/encoded-columns.ts';
export { rawColumns } from './schema/raw-columns.ts';
export { SOURCE_NAMES, type SourceName, sourceId } from './source.ts';
export { MAX_CONTENT_BYTES } from './writing/check-entity.ts';
export {
  type DataFileOptions,
  DataFileWriter,
  DEFAULT_BLOCK_SIZE,
  type WrittenDataFile,
} from './writing/data-file-writer.ts';
export { RowView } from './writing/row-view.ts';
