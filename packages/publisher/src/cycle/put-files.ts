import { join } from 'node:path';
import { blockListKey } from '@data-universe/dataset';
import {
  bytesSource,
  fileSource,
  isStorageError,
  keyUnder,
  type Receipt,
  type Write,
} from '@data-universe/storage-core';
import type { PendingIntent } from '../ledger/ledger-records.ts';
import { type Cycle, enter } from './cycle.ts';
import { conflict, findObject } from './existing-object.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';

/** An object to create and the receipt it should bring. */
export interface Sent {
  readonly write: Write;
  readonly receipt: Receipt;
}

/** The data files of an intent and their block lists. */
export async function writesOf(cycle: Cycle, intent: PendingIntent): Promise<Write[]> {
  const writes: Write[] = [];
  for (const { file, blockList } of intent.files) {
    writes.push({
      key: blockListKey(cycle.prefix, file.block_list),
      source: bytesSource(blockList),
      sha256: file.block_list,
    });
    writes.push({
      key: keyUnder(cycle.prefix, file.name),
      source: await fileSource(join(cycle.stagingDirectory, file.name)),
      sha256: file.sha256,
    });
  }
  return writes;
}

/** Creates each object; one that is there already, with the same bytes, was sent by an earlier run. */
export async function putFiles(cycle: Cycle, writes: readonly Write[]): Promise<Sent[]> {
  await enter(cycle, 'put');
  const sent: Sent[] = [];
  let bytesDone = 0;
  const bytesTotal = writes.reduce((sum, { source }) => sum + source.size, 0);
  cycle.progress({ phase: 'upload', bytesDone, bytesTotal });
  await forEachConcurrently(writes, cycle.concurrency, async (write) => {
    let bytesOfThis = 0;
    const reach = (bytes: number) => {
      bytesDone += bytes - bytesOfThis;
      bytesOfThis = bytes;
      cycle.progress({ phase: 'upload', bytesDone, bytesTotal });
    };
    sent.push({ write, receipt: await create(cycle, write, reach) });
    reach(write.source.size);
  });
  return sent;
}

/** Puts one object, create-only. Throws PublisherError Conflict where another holds its key. */
export async function create(
  cycle: Cycle,
  write: Write,
  onSent?: (bytes: number) => void,
): Promise<Receipt> {
  const { backend, signal, counts, rateLimit } = cycle;
  const { key, source, sha256 } = write;
  try {
    const limited = rateLimit?.over(source, signal) ?? source;
    const receipt = await backend.put(key, limited, {
      sha256,
      signal,
      onProgress: ({ bytesSent }) => onSent?.(bytesSent),
    });
    counts.bytesUploaded += source.size;
    return receipt;
  } catch (error) {
    if (!isStorageError(error, 'AlreadyExists')) throw error;
    const found = await findObject(backend, { key, size: source.size, sha256 }, signal);
    if (typeof found === 'string') throw conflict(key, error);
    return found;
  }
}
