import type { HotkeyAddress } from '@data-universe/core-auth';
import {
  type KeyPrefix,
  keyUnder,
  type ObjectKey,
  parseKeyPrefix,
  type Sha256,
} from '@data-universe/storage-core';
import type { SourceName } from './source.ts';

/** `data/{source}/{hotkey}/`: all that one miner publishes of one source. */
export function datasetPrefix(source: SourceName, hotkey: HotkeyAddress): KeyPrefix {
  return parseKeyPrefix(`data/${source}/${hotkey}/`);
}

export function manifestPrefix(dataset: KeyPrefix): KeyPrefix {
  return parseKeyPrefix(`${dataset}_manifest/`);
}

/** Ten digits, so that keys sort as sequences do. */
export function manifestKey(dataset: KeyPrefix, sequence: number): ObjectKey {
  return keyUnder(manifestPrefix(dataset), `${String(sequence).padStart(10, '0')}.json`);
}

export function parseManifestKey(dataset: KeyPrefix, key: ObjectKey): number | undefined {
  const prefix = manifestPrefix(dataset);
  const match = key.startsWith(prefix) && /^(\d{10})\.json$/.exec(key.slice(prefix.length));
  return match ? Number(match[1]) : undefined;
}

/** Block lists are named by their own hash. */
export function blockListKey(dataset: KeyPrefix, sha256: Sha256): ObjectKey {
  return keyUnder(manifestPrefix(dataset), `blocks_${sha256}.bin`);
}

const DATA_FILE = /^data_(\d{8})_(\d{6})_(0|[1-9]\d{0,14})_([0-9a-f]{16})\.parquet$/;

/** The claim a data file's name carries. */
export interface DataFileName {
  /** Row count of the footer. */
  readonly rows: number;
  /** First 16 hex characters of the file's SHA-256. */
  readonly sha256Start: string;
}

/** `data_{YYYYMMDD}_{HHMMSS}_{rows}_{16 hex}.parquet`, the time in UTC. */
export function dataFileName(writtenAt: Date, rows: number, sha256: Sha256): string {
  const [day, time] = writtenAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `data_${day}_${time}_${rows}_${sha256.slice(0, 16)}.parquet`;
}

export function parseDataFileName(name: string): DataFileName | undefined {
  const match = DATA_FILE.exec(name);
  return match ? { rows: Number(match[3]), sha256Start: match[4] as string } : undefined;
}
