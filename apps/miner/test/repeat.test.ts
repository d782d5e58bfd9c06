import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RepeatClock, repeat } from '../src/repeat.ts';

const MINUTE = 60_000;

/** Runs cycles of given length and success on a clock that only they and the waits move. */
async function waitsOf(
  cycles: readonly { readonly ok: boolean; readonly takesMs: number }[],
  { intervalMs = 60 * MINUTE, random = 0.5 } = {},
): Promise<number[]> {
  let now = 0;
  const stop = new AbortController();
  const waits: number[] = [];
  const clock: RepeatClock = {
    now: () => now,
    random: () => random,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
  await repeat({
    intervalMs,
    stop: stop.signal,
    clock,
    onWait: (milliseconds) => waits.push(milliseconds),
    cycle: async (number) => {
      const { ok, takesMs } = cycles[number - 1] ?? { ok: true, takesMs: 0 };
      now += takesMs;
      if (number > cycles.length) stop.abort();
      return ok;
    },
  });
  return waits;
}

const ok = { ok: true, takesMs: 5 * MINUTE };
const failed = { ok: false, takesMs: 0 };

describe('cycles for ever', () => {
  it('begin an interval apart, however long each takes', async () => {
    expect(await waitsOf([ok, { ok: true, takesMs: 20 * MINUTE }])).toEqual([
      55 * MINUTE,
      40 * MINUTE,
    ]);
  });

  it('follow at once where one took longer than the interval', async () => {
    expect(await waitsOf([{ ok: true, takesMs: 90 * MINUTE }])).toEqual([0]);
  });

  it('are a tenth of the interval early or late', async () => {
    expect(await waitsOf([{ ok: true, takesMs: 0 }], { random: 0 })).toEqual([54 * MINUTE]);
    expect(await waitsOf([{ ok: true, takesMs: 0 }], { random: 1 })).toEqual([66 * MINUTE]);
  });

  it('come sooner after a failure, at growing distance, and as before once one went well', async () => {
    const waits = await waitsOf([failed, failed, failed, ok, failed], { random: 1 });
    expect(waits).toEqual([30_000, 60_000, 120_000, 61 * MINUTE, 30_000]);
  });

  it('never wait longer than the interval after failures, and never less than a part of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 10_080 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (failures, minutes, random) => {
          const intervalMs = minutes * MINUTE;
          const waits = await waitsOf(Array(failures).fill(failed), { intervalMs, random });
          for (const wait of waits) {
            expect(wait).toBeLessThanOrEqual(intervalMs);
            expect(wait).toBeGreaterThanOrEqual(15_000);
          }
        },
      ),
    );
  });

  it('end without a wait when they are asked to during a cycle, and during a wait', async () => {
    for (const when of ['cycle', 'wait'] as const) {
      const stop = new AbortController();
      let cycles = 0;
      let waits = 0;
      await repeat({
        intervalMs: 60 * MINUTE,
        stop: stop.signal,
        cycle: async () => {
          cycles += 1;
          if (when === 'cycle') stop.abort();
          return true;
        },
        onWait: () => {
          waits += 1;
          setTimeout(() => stop.abort(), 1);
        },
      });
      expect([cycles, waits]).toEqual([1, when === 'cycle' ? 0 : 1]);
    }
  });
});
