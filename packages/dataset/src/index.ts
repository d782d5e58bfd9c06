export type { DataEntity } from './data-entity.ts';
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
  MANIFEST_DOMAIN,
  type Manifest,
  type ManifestFile,
  manifestFileSchema,
  manifestSchema,
  type RowMask,
  type UnsignedManifest,
  unsignedManifestSchema,
} from './manifest.ts';
export { SOURCE_NAMES, type SourceName, sourceId } from './source.ts';
