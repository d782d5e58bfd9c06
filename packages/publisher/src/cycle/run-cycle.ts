import { BucketQueue } from './bucket-queue.ts';
import { carryOutPending } from './carry-out.ts';
import type { Cycle } from './cycle.ts';
import { Departures } from './departures.ts';
import { noteDepartures } from './note-departures.ts';
import { plan } from './plan.ts';
import { recordIntent } from './record-intent.ts';
import { CountingSink } from './row-sink.ts';
import { StagingSink } from './staging-sink.ts';
import { writeFiles } from './write-files.ts';

/** From the difference between database and ledger to as many commits as it takes. */
export async function publishChanges(cycle: Cycle, fullScan: boolean): Promise<void> {
  const planned = await plan(cycle, fullScan);
  const queue = new BucketQueue(planned);
  const sink = new StagingSink(cycle);
  const departures = new Departures();
  try {
    noteDepartures(cycle, planned, departures, { remember: true });
    do {
      const batch = await writeFiles(cycle, queue, departures, sink);
      if (await recordIntent(cycle, batch)) await carryOutPending(cycle);
      if (cycle.stop?.aborted) break;
    } while (queue.first || departures.hasDeferred);
  } finally {
    departures.close();
  }
}

/** The same difference, counted. */
export async function countChanges(cycle: Cycle, fullScan: boolean): Promise<void> {
  const planned = await plan(cycle, fullScan);
  const queue = new BucketQueue(planned);
  const sink = new CountingSink(cycle.maxRowsPerFile);
  const departures = new Departures();
  try {
    noteDepartures(cycle, planned, departures, { remember: false });
    do await writeFiles(cycle, queue, departures, sink);
    while (queue.first || departures.hasDeferred);
  } finally {
    departures.close();
  }
  cycle.counts.files = sink.files;
}
