import { setTimeout as sleep } from 'node:timers/promises';
import { type Signer, signerFromUri } from '@data-universe/core-auth';
import { type FloodOptions, type FloodTally, startFlood } from './flood.ts';
import { askFor, type Client, type Outcome } from './honest.ts';
import { startServiceProcess } from './service-process.ts';

export interface LoadOptions {
  /** The program of the service. */
  readonly bin: string;
  readonly seconds: number;
  /** Requests of garbage a second. */
  readonly garbagePerSecond: number;
  /** Connections that send a byte a second. */
  readonly slowConnections: number;
  /** In this thread by default; at full size it needs one of its own, or it delays the honest clients itself. */
  readonly flood?: (options: FloodOptions) => Promise<FloodTally>;
  /** Wishes of known hotkeys a second; as many a second come from hotkeys at new addresses. */
  readonly honestPerSecond: number;
}

export interface LoadFigures {
  readonly garbage: FloodTally;
  /** Known: served at their address before. Each asks once. */
  readonly known: HonestFigures;
  /** At an address that the service has never seen. Each asks up to ten times, as clients do. */
  readonly newcomers: HonestFigures;
  readonly memory: { start: number; middle: number; end: number };
  /** Seconds of processor time that the service took. */
  readonly cpuSeconds: number;
}

interface HonestFigures {
  readonly asked: number;
  readonly granted: number;
  readonly refusals: Record<string, number>;
  readonly attempts: { mean: number; most: number };
  /** Of the attempt that counted. */
  readonly milliseconds: { p50: number; p95: number; p99: number };
}

const TICK_MS = 10;

/** Floods a service while honest clients ask, and tells what became of them. */
export async function runLoad(options: LoadOptions): Promise<LoadFigures> {
  const miners = Array.from({ length: 16 }, (_, index) => signerFromUri(`//Miner//${index}`));
  const service = await startServiceProcess(options.bin, miners);
  const place = { network: 'finney', netuid: 13, audience: service.audience };
  const known = miners
    .slice(0, 8)
    .map((signer, index) => ({ signer, address: `203.0.113.${index}` }));
  const newcomers = miners.slice(8);
  const memory = () => service.metric('process_resident_memory_bytes');
  try {
    for (const client of known) await askFor(service.url, place, client, 10);
    const [start, cpuBefore] = [await memory(), await service.metric('process_cpu_seconds_total')];
    const ask = (client: Client, attempts: number) =>
      askFor(service.url, place, client, attempts).catch(failed);
    const asked: Array<Promise<Outcome>> = [];
    const first: Array<Promise<Outcome>> = [];
    let middle = start;
    const { seconds, garbagePerSecond, slowConnections } = options;
    const flooding = (options.flood ?? startFlood)({
      ...{ url: service.url, place, seconds, garbagePerSecond, slowConnections },
    });
    const startedAt = performance.now();
    for (let honest = 0; ; ) {
      const elapsed = (performance.now() - startedAt) / 1000;
      if (elapsed >= options.seconds) break;
      for (; honest < elapsed * options.honestPerSecond; honest += 1) {
        asked.push(ask(pick(known, honest), 1));
        first.push(
          ask({ signer: pick<Signer>(newcomers, honest), address: newAddress(honest) }, 10),
        );
      }
      if (middle === start && elapsed > options.seconds / 2) middle = await memory();
      await sleep(TICK_MS);
    }
    const [knownOutcomes, newOutcomes] = [await Promise.all(asked), await Promise.all(first)];
    const end = await memory();
    const cpuSeconds = (await service.metric('process_cpu_seconds_total')) - cpuBefore;
    return {
      garbage: await flooding,
      known: summarise(knownOutcomes),
      newcomers: summarise(newOutcomes),
      memory: { start, middle, end },
      cpuSeconds,
    };
  } finally {
    await service.close();
  }
}

function pick<T>(all: readonly T[], index: number): T {
  const one = all[index % all.length];
  if (one === undefined) throw new Error('nobody to ask');
  return one;
}

/** Of a /64 of its own. */
function newAddress(index: number): string {
  return `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::1`;
}

function failed(error: unknown): Outcome {
  const code = error instanceof Error ? error.name : 'unknown';
  return { code, attempts: 1, milliseconds: 0 };
}

function summarise(outcomes: readonly Outcome[]): HonestFigures {
  const granted = outcomes.filter(({ code }) => code === 'Granted');
  const refusals: Record<string, number> = {};
  for (const { code } of outcomes)
    if (code !== 'Granted') refusals[code] = (refusals[code] ?? 0) + 1;
  const attempts = outcomes.map((outcome) => outcome.attempts);
  const times = granted.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return {
    asked: outcomes.length,
    granted: granted.length,
    refusals,
    attempts: {
      mean: attempts.reduce((sum, count) => sum + count, 0) / Math.max(1, attempts.length),
      most: Math.max(0, ...attempts),
    },
    milliseconds: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
  };
}
