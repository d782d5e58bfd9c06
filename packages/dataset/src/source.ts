export { SOURCE_NAMES, type SourceName } from '@data-universe/core-auth';
export { sourceId } from './source-id.ts';
