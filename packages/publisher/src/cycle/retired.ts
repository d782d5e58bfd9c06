import { blockListKey } from '@data-universe/dataset';
import { keyUnder } from '@data-universe/storage-core';
import type { PendingIntent } from '../ledger/ledger-records.ts';
import type { Cycle } from './cycle.ts';

const HASH_BYTES = 32;

/** The objects of the files that a commit removes, before the ledger forgets them. */
export function noteRetired({ ledger, prefix, retired }: Cycle, intent: PendingIntent): void {
  const removed = new Set(intent.removedFileIds);
  if (removed.size === 0) return;
  const files = ledger.published.files();
  // Files of equal bytes under two names share a block list.
  const needed = new Set([
    ...files.filter(({ id }) => !removed.has(id)).map(({ file }) => file.block_list),
    ...intent.files.map(({ file }) => file.block_list),
  ]);
  for (const { id, file } of files) {
    if (!removed.has(id)) continue;
    retired.push({ key: keyUnder(prefix, file.name), bytes: file.size });
    if (needed.has(file.block_list)) continue;
    const blocks = Math.ceil(file.size / file.block_size);
    retired.push({ key: blockListKey(prefix, file.block_list), bytes: blocks * HASH_BYTES });
  }
}
