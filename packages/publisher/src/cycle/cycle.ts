import type { Signer } from '@data-universe/core-auth';
import type { Oddities, PrivacyKeys } from '@data-universe/dataset';
import type { KeyPrefix, StorageBackend } from '@data-universe/storage-core';
import type { MinerDatabase } from '../database/miner-database.ts';
import { throwIfAborted } from '../errors.ts';
import type { DatasetIdentity } from '../ledger/dataset-identity.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RowDigest } from '../ledger/row-digest.ts';
import type { PlanReason, PublishCounts, PublishProgress, RetiredObject } from '../report.ts';
import type { RateLimit } from './rate-limit.ts';

/** The steps of a commit in their order; after a kill at any of them the next run puts things right. */
export type CycleStep =
  | 'plan'
  | 'write'
  | 'intent'
  | 'put'
  | 'verify'
  | 'manifest'
  | 'ledger'
  | 'clean-up';

/** What every step needs, and what they count. */
export interface Cycle {
  readonly identity: DatasetIdentity;
  /** Of the dataset in the store. */
  readonly prefix: KeyPrefix;
  readonly stagingDirectory: string;
  readonly database: MinerDatabase;
  readonly ledger: Ledger;
  readonly digest: RowDigest;
  readonly backend: StorageBackend;
  readonly signer: Signer;
  readonly deletedRows: 'mirror' | 'keep';
  readonly maxRowsPerFile: number;
  readonly maxFilesPerCommit: number;
  /** Of the profile `encoded`, which needs them. */
  readonly keys: PrivacyKeys | undefined;
  /** That write files at once. */
  readonly threads: number;
  readonly busyTimeoutMs: number | undefined;
  /** Objects sent at once. */
  readonly concurrency: number;
  readonly rateLimit: RateLimit | undefined;
  readonly clock: () => Date;
  readonly signal: AbortSignal | undefined;
  /** Asks for an end once the file that is being written is published. */
  readonly stop: AbortSignal | undefined;
  readonly counts: PublishCounts;
  readonly hours: Record<PlanReason, number>;
  readonly oddities: Partial<Record<keyof Oddities, number>>;
  /** Objects that this run's commits took out of the dataset. */
  readonly retired: RetiredObject[];
  readonly warnings: string[];
  readonly onStep: ((step: CycleStep) => void | Promise<void>) | undefined;
  readonly progress: (change: Partial<PublishProgress>) => void;
}

/** Begins a step: the place where a run may be stopped. */
export async function enter(cycle: Cycle, step: CycleStep): Promise<void> {
  await cycle.onStep?.(step);
  throwIfAborted(cycle.signal);
}
