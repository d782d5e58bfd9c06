import { StorageError } from '@data-universe/storage-core';
import { type Cycle, enter } from './cycle.ts';
import type { Sent } from './put-files.ts';

/** What the store says it holds must be what was sent. Throws StorageError ChecksumMismatch. */
export async function verifyReceipts(cycle: Cycle, sent: readonly Sent[]): Promise<void> {
  await enter(cycle, 'verify');
  for (const { write, receipt } of sent) {
    const { key, source, sha256 } = write;
    if (receipt.key === key && receipt.size === source.size && receipt.sha256 === sha256) continue;
    throw new StorageError({
      code: 'ChecksumMismatch',
      operation: 'put',
      key,
      message: `the store confirmed ${receipt.size} bytes with SHA-256 ${receipt.sha256}, not the ${source.size} bytes with ${sha256} that were sent`,
    });
  }
}
