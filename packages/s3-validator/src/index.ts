export type { DateRange } from './date-range.ts';
export type { MinerFile } from './miner-file.ts';
export type { MinerStats, SourceStats } from './miner-stats.ts';
export {
  type ReadMinerData,
  type S3ValidatorOptions,
  S3ValidatorStorage,
  type UriFinding,
} from './s3-validator-storage.ts';
