import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isStorageError } from '@data-universe/storage-core';
import { errorCode } from '../errors.ts';
import type { PendingIntent } from '../ledger/ledger-records.ts';
import { carryOut, commitLedger } from './carry-out.ts';
import { emptyStaging } from './clean-up.ts';
import { manifestWrite } from './commit-manifest.ts';
import type { Cycle } from './cycle.ts';
import { findObject } from './existing-object.ts';

/**
 * Completes the commit that an earlier run left behind, or drops it where it can't be completed: its
 * rows then differ from the ledger and are published anew.
 */
export async function recover(cycle: Cycle): Promise<void> {
  const { ledger, backend, signal, warnings } = cycle;
  const intent = ledger.intents.pending();
  if (intent !== undefined) {
    cycle.progress({ phase: 'recover' });
    const { key, source, sha256 } = manifestWrite(cycle, intent);
    const manifest = await findObject(backend, { key, size: source.size, sha256 }, signal);
    if (manifest === 'absent') await completeOrDrop(cycle, intent);
    else if (manifest === 'other') ledger.intents.drop();
    else {
      await commitLedger(cycle, intent);
      countRecovered(cycle, intent);
    }
    if (manifest === 'other')
      warnings.push(`Another publisher made commit ${intent.sequence}; this one was dropped`);
  }
  await emptyStaging(cycle);
}

async function completeOrDrop(cycle: Cycle, intent: PendingIntent): Promise<void> {
  const { ledger, warnings } = cycle;
  const drop = (why: string) => {
    ledger.intents.drop();
    warnings.push(
      `Commit ${intent.sequence} of an earlier run was dropped, its rows are published anew: ${why}`,
    );
  };
  if (!(await stagingIsComplete(cycle, intent))) return drop('its staging files are gone');
  try {
    await carryOut(cycle, intent);
    countRecovered(cycle, intent);
  } catch (error) {
    // The bytes on disk are no longer those that were written, after a power failure for example.
    if (!isStorageError(error, 'ChecksumMismatch')) throw error;
    drop('its staging files are damaged');
  }
}

function countRecovered({ counts }: Cycle, { files }: PendingIntent): void {
  for (const { file } of files) counts.rowsRecovered += file.rows;
}

async function stagingIsComplete(
  { stagingDirectory }: Cycle,
  { files }: PendingIntent,
): Promise<boolean> {
  for (const { file } of files) {
    try {
      const { size } = await stat(join(stagingDirectory, file.name));
      if (size !== file.size) return false;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }
  return true;
}
