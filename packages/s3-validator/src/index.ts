export type { DateRange } from './date-range.ts';
export type { UriFinding } from './find-uris.ts';
export type { MinerFile } from './miner-file.ts';
export type { MinerStats, SourceStats } from './miner-stats.ts';
export { QueryError } from './query-error.ts';
export type { ReadMinerData } from './read-miner-data.ts';
export { type S3ValidatorOptions, S3ValidatorStorage } from './s3-validator-storage.ts';
