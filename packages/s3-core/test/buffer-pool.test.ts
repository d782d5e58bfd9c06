import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferPool, type Loan } from '../src/buffer-pool.ts';

const CALL = { operation: 'put', key: 'a' } as const;

describe('a pool of buffers', () => {
  it('never lends more at once than it has, nor one buffer to two, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        async (most, steps) => {
          const pool = new BufferPool(most);
          const lent = new Set<Loan>();
          let waiting = 0;
          for (const lends of steps) {
            const oldest = lent.values().next().value;
            if (lends) {
              waiting += 1;
              void pool.lend(8, CALL).then((loan) => {
                waiting -= 1;
                lent.add(loan);
              });
            } else if (oldest !== undefined) {
              lent.delete(oldest);
              oldest.release();
            }
            await new Promise(setImmediate);
            expect(lent.size).toBeLessThanOrEqual(most);
            expect(new Set([...lent].map(({ bytes }) => bytes.buffer)).size).toBe(lent.size);
            if (waiting > 0) expect(lent.size).toBe(most);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('uses a buffer again, and drops all of them once none is lent', async () => {
    const pool = new BufferPool(2);
    const [first, second] = [await pool.lend(8, CALL), await pool.lend(8, CALL)];
    first.release();
    const again = await pool.lend(8, CALL);
    expect(again.bytes).toBe(first.bytes);
    again.release();
    second.release();
    expect((await pool.lend(8, CALL)).bytes).not.toBe(second.bytes);
  });

  it('does not count a buffer twice that is given back twice', async () => {
    const pool = new BufferPool(1);
    const first = await pool.lend(8, CALL);
    first.release();
    first.release();
    await pool.lend(8, CALL);
    const signal = AbortSignal.timeout(20);
    await expect(pool.lend(8, { ...CALL, signal })).rejects.toMatchObject({ code: 'Aborted' });
  });

  it('forgets who stopped waiting', async () => {
    const pool = new BufferPool(1);
    const first = await pool.lend(8, CALL);
    const controller = new AbortController();
    const gone = pool.lend(8, { ...CALL, signal: controller.signal });
    const patient = pool.lend(16, CALL);
    controller.abort();
    await expect(gone).rejects.toMatchObject({ code: 'Aborted' });
    first.release();
    expect((await patient).bytes.byteLength).toBe(16);
  });
});
