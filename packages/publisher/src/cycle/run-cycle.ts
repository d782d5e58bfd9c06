import { carryOut } from './carry-out.ts';
import type { Cycle } from './cycle.ts';
import { noteKept } from './note-kept.ts';
import { plan } from './plan.ts';
import { recordIntent } from './record-intent.ts';
import { CountingSink } from './row-sink.ts';
import { StagingSink } from './staging-sink.ts';
import { BucketQueue, writeFiles } from './write-files.ts';

/** From the difference between database and ledger to as many commits as it takes. */
export async function publishChanges(cycle: Cycle, fullScan: boolean): Promise<void> {
  const planned = await plan(cycle, fullScan);
  if (cycle.deletedRows === 'keep') noteKept(cycle, planned);
  const queue = new BucketQueue(planned);
  const sink = new StagingSink(cycle);
  do {
    const batch = await writeFiles(cycle, queue, sink);
    if (!(await recordIntent(cycle, batch))) continue;
    const intent = cycle.ledger.intents.pending();
    if (intent) await carryOut(cycle, intent);
  } while (queue.first);
}

/** The same difference, counted. */
export async function countChanges(cycle: Cycle, fullScan: boolean): Promise<void> {
  const queue = new BucketQueue(await plan(cycle, fullScan));
  const sink = new CountingSink(cycle.maxRowsPerFile);
  do await writeFiles(cycle, queue, sink);
  while (queue.first);
  cycle.counts.files = sink.files;
}
