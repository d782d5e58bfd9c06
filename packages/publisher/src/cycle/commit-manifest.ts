import { manifestKey } from '@data-universe/dataset';
import { bytesSource, isStorageError, sha256Of, type Write } from '@data-universe/storage-core';
import type { PendingIntent } from '../ledger/ledger-records.ts';
import { type Cycle, enter } from './cycle.ts';
import { conflict, findObject } from './existing-object.ts';
import { create, type Sent } from './put-files.ts';

export function manifestWrite(cycle: Cycle, intent: PendingIntent): Write {
  return {
    key: manifestKey(cycle.prefix, intent.sequence),
    source: bytesSource(intent.manifest),
    sha256: sha256Of(intent.manifest),
  };
}

/** Makes the commit: the one object whose creation publishes all the others. */
export async function commitManifest(cycle: Cycle, intent: PendingIntent): Promise<Sent[]> {
  await enter(cycle, 'manifest');
  const write = manifestWrite(cycle, intent);
  return [{ write, receipt: await create(cycle, write) }];
}

/** For stores whose unit is a commit: the files and the manifest at once. */
export async function commitTogether(
  cycle: Cycle,
  intent: PendingIntent,
  files: readonly Write[],
): Promise<Sent[]> {
  await enter(cycle, 'put');
  const { backend, signal, counts } = cycle;
  const writes = [...files, manifestWrite(cycle, intent)];
  const sent: Sent[] = [];
  const absent: Write[] = [];
  for (const write of writes) {
    const { key, source, sha256 } = write;
    const found = await findObject(backend, { key, size: source.size, sha256 }, signal);
    if (found === 'other') throw conflict(key);
    if (found === 'absent') absent.push(write);
    else sent.push({ write, receipt: found });
  }
  if (absent.length === 0) return sent;
  const bytes = absent.reduce((sum, { source }) => sum + source.size, 0);
  cycle.progress({ phase: 'upload', bytesDone: 0, bytesTotal: bytes });
  try {
    const limited = absent.map((write) => ({
      ...write,
      source: cycle.rateLimit?.over(write.source, signal) ?? write.source,
    }));
    const receipts = await backend.commit(limited, { signal });
    absent.forEach((write, index) => {
      const receipt = receipts[index];
      if (receipt) sent.push({ write, receipt });
    });
  } catch (error) {
    if (isStorageError(error, 'AlreadyExists'))
      throw conflict(manifestWrite(cycle, intent).key, error);
    throw error;
  }
  counts.bytesUploaded += bytes;
  cycle.progress({ phase: 'upload', bytesDone: bytes, bytesTotal: bytes });
  return sent;
}
