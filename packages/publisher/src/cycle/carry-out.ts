import type { PendingIntent } from '../ledger/ledger-records.ts';
import { cleanUp } from './clean-up.ts';
import { commitManifest, commitTogether } from './commit-manifest.ts';
import { type Cycle, enter } from './cycle.ts';
import { putFiles, writesOf } from './put-files.ts';
import { noteRetired } from './retired.ts';
import { verifyReceipts } from './verify-receipts.ts';

/** From a recorded intent to a published commit. Safe to repeat from any point. */
export async function carryOut(cycle: Cycle, intent: PendingIntent): Promise<void> {
  const files = await writesOf(cycle, intent);
  if (cycle.backend.capabilities.atomicCommit) {
    await verifyReceipts(cycle, await commitTogether(cycle, intent, files));
  } else {
    await verifyReceipts(cycle, await putFiles(cycle, files));
    await commitManifest(cycle, intent);
  }
  await commitLedger(cycle, intent);
  cycle.counts.files += intent.files.length;
  await cleanUp(cycle);
}

export async function carryOutPending(cycle: Cycle): Promise<void> {
  const intent = cycle.ledger.intents.pending();
  if (intent) await carryOut(cycle, intent);
}

/** The store holds the manifest: what the intent was going to change has changed. */
export async function commitLedger(cycle: Cycle, intent: PendingIntent): Promise<void> {
  await enter(cycle, 'ledger');
  noteRetired(cycle, intent);
  cycle.ledger.intents.commit();
  cycle.counts.commits += 1;
}
