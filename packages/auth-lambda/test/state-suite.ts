import { randomBytes } from 'node:crypto';
import { addressOf, type HotkeyAddress } from '@data-universe/core-auth';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LeverControl, ManualClock, type SharedState, StateError } from '../src/index.ts';

/** Memory's levers are moved by its owner's code: it has no `control` of its own. */
type Instance = Omit<SharedState, 'control' | 'close'> & {
  readonly control: {
    readonly [K in 'deny' | 'allow' | 'pause' | 'resume']: (
      ...args: Parameters<LeverControl[K]>
    ) => Promise<unknown>;
  };
};

export interface StateUnderTest {
  /** Several instances of the service over one state that is empty. */
  open(clock: ManualClock, count: number): Promise<readonly [Instance, ...Instance[]]>;
  /** An instance that can't reach its state, where that can be. */
  openBroken?: () => Promise<Instance>;
}

/** How soon the owner's hand is felt, in milliseconds. */
const WITHIN_MS = 10_000;
const START = Date.UTC(2026, 0, 5, 12);
const DAY = '2026-01-05';
const aHotkey = (): HotkeyAddress => addressOf(randomBytes(32));

const count = async (all: readonly Promise<boolean>[]): Promise<number> =>
  (await Promise.all(all)).filter(Boolean).length;

/** What every store of nonces, quotas and levers has to do, whatever it is made of. */
export function describeState(name: string, state: StateUnderTest): void {
  const open = async (instances = 1) => {
    const clock = new ManualClock(START);
    const all = await state.open(clock, instances);
    return { clock, first: all[0], all, last: all.at(-1) ?? all[0] };
  };
  const times = <T>(all: readonly Instance[], n: number, ask: (instance: Instance) => T): T[] =>
    Array.from({ length: n }, (_, index) => all[index % all.length]).flatMap((instance) =>
      instance === undefined ? [] : [ask(instance)],
    );

  describe(`the nonces of ${name}`, () => {
    test('of any number of claims at once over several instances one wins', async () => {
      const { all } = await open(4);
      for (const racers of [2, 20, 100]) {
        const [hotkey, nonce] = [aHotkey(), randomBytes(16).toString('hex')];
        const claims = times(all, racers, ({ nonces }) =>
          nonces.claim(hotkey, nonce, START + 60_000),
        );
        expect(await count(claims)).toBe(1);
      }
    });

    test('a nonce is taken until it expires, and free then', async () => {
      const { clock, first, last } = await open(2);
      const hotkey = aHotkey();
      expect(await first.nonces.claim(hotkey, 'n', START + 60_000)).toBe(true);
      clock.advance(59_000);
      expect(await last.nonces.claim(hotkey, 'n', START + 120_000)).toBe(false);
      clock.advance(1_000);
      expect(await last.nonces.claim(hotkey, 'n', START + 120_000)).toBe(true);
      expect(await first.nonces.claim(hotkey, 'n', START + 180_000)).toBe(false);
    });

    test('a claim that lost does not lengthen the life of the nonce', async () => {
      const { clock, first } = await open();
      const hotkey = aHotkey();
      await first.nonces.claim(hotkey, 'n', START + 10_000);
      await first.nonces.claim(hotkey, 'n', START + 900_000);
      clock.advance(10_000);
      expect(await first.nonces.claim(hotkey, 'n', START + 60_000)).toBe(true);
    });

    test('of the claims that race for one that expired, one wins', async () => {
      const { clock, first, all } = await open(3);
      const hotkey = aHotkey();
      await first.nonces.claim(hotkey, 'n', START + 5_000);
      clock.advance(5_000);
      const claims = times(all, 30, ({ nonces }) => nonces.claim(hotkey, 'n', START + 60_000));
      expect(await count(claims)).toBe(1);
    });

    test('the same nonce of another hotkey is another', async () => {
      const { first } = await open();
      const nonce = 'f'.repeat(64);
      expect(await first.nonces.claim(aHotkey(), nonce, START + 1_000)).toBe(true);
      expect(await first.nonces.claim(aHotkey(), nonce, START + 1_000)).toBe(true);
    });

    test('whatever the order of claims and expiries, no live nonce is claimed twice', async () => {
      const step = fc.record({
        wait: fc.nat(50),
        nonce: fc.constantFrom('a', 'b', 'c', 'd'),
        life: fc.integer({ min: 1, max: 100 }),
        instance: fc.nat(1),
      });
      const { clock, all } = await open(2);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const hotkey = aHotkey();
          const live = new Map<string, number>();
          for (const { wait, nonce, life, instance } of steps) {
            clock.advance(wait * 1_000);
            const expiresAt = clock.now() + life * 1_000;
            const free = (live.get(nonce) ?? 0) <= clock.now();
            expect(await all[instance]?.nonces.claim(hotkey, nonce, expiresAt)).toBe(free);
            if (free) live.set(nonce, expiresAt);
          }
        }),
        { numRuns: 25 },
      );
    });
  });

  describe(`the quotas of ${name}`, () => {
    const charge = () => ({ hotkey: aHotkey(), action: 'upload', day: DAY, limit: 3 }) as const;

    test('of any number of charges at once exactly the limit succeed', async () => {
      const { all } = await open(4);
      const one = charge();
      expect(await count(times(all, 50, ({ quota }) => quota.charge(one)))).toBe(3);
      expect(await count(times(all, 8, ({ quota }) => quota.charge(one)))).toBe(0);
    });

    test('a charge that is refused counts nothing', async () => {
      const { first } = await open();
      const one = charge();
      expect(await first.quota.charge({ ...one, limit: 0 })).toBe(false);
      await first.quota.charge({ ...one, limit: 1 });
      expect(await first.quota.charge({ ...one, limit: 1 })).toBe(false);
      expect(await first.quota.charge({ ...one, limit: 2 })).toBe(true);
      expect(await first.quota.charge({ ...one, limit: 2 })).toBe(false);
    });

    test('hotkeys, actions and days are counted apart', async () => {
      const { first } = await open();
      const one = { ...charge(), limit: 1 };
      expect(await first.quota.charge(one)).toBe(true);
      expect(await first.quota.charge({ ...one, action: 'read' })).toBe(true);
      expect(await first.quota.charge({ ...one, hotkey: aHotkey() })).toBe(true);
      expect(await first.quota.charge({ ...one, day: '2026-01-06' })).toBe(true);
      expect(await first.quota.charge({ ...one, day: '2026-01-06' })).toBe(false);
    });

    test('instances whose clocks differ at midnight count the day that ends to its limit', async () => {
      const { first, last } = await open(2);
      const one = { ...charge(), limit: 1 };
      expect(await first.quota.charge(one)).toBe(true);
      expect(await last.quota.charge({ ...one, day: '2026-01-06' })).toBe(true);
      expect(await first.quota.charge(one)).toBe(false);
    });
  });

  describe(`the levers of ${name}`, () => {
    test('a hotkey is denied on every instance, and allowed again', async () => {
      const { clock, first, last } = await open(2);
      const [hotkey, other] = [aHotkey(), aHotkey()];
      expect(await last.levers.isDenied(hotkey)).toBe(false);
      await first.control.deny(hotkey, 'a reason');
      clock.advance(WITHIN_MS);
      expect(await last.levers.isDenied(hotkey)).toBe(true);
      expect(await last.levers.isDenied(other)).toBe(false);
      await first.control.allow(hotkey);
      clock.advance(WITHIN_MS);
      expect(await last.levers.isDenied(hotkey)).toBe(false);
    });

    test.each([
      { actions: 'all', upload: true, read: true },
      { actions: 'upload', upload: true, read: false },
      { actions: 'read', upload: false, read: true },
    ] as const)('a pause of $actions holds on every instance', async ({ actions, ...paused }) => {
      const { clock, first, last } = await open(2);
      const seen = async () => ({
        upload: await last.levers.isPaused('upload'),
        read: await last.levers.isPaused('read'),
      });
      expect(await seen()).toEqual({ upload: false, read: false });
      await first.control.pause(actions);
      clock.advance(WITHIN_MS);
      expect(await seen()).toEqual(paused);
      await first.control.resume(actions);
      clock.advance(WITHIN_MS);
      expect(await seen()).toEqual({ upload: false, read: false });
    });

    test('to resume all leaves a pause of one action', async () => {
      const { clock, first } = await open();
      await first.control.pause('all');
      await first.control.pause('read');
      await first.control.resume('all');
      clock.advance(WITHIN_MS);
      expect(await first.levers.isPaused('upload')).toBe(false);
      expect(await first.levers.isPaused('read')).toBe(true);
    });
  });

  const { openBroken } = state;
  if (openBroken === undefined) return;
  test(`${name} that can't be reached says neither yes nor no`, async () => {
    const { nonces, quota, levers } = await openBroken();
    const hotkey = aHotkey();
    const asked = await Promise.allSettled([
      nonces.claim(hotkey, 'n', START + 60_000),
      quota.charge({ hotkey, action: 'read', day: DAY, limit: 1 }),
      levers.isDenied(hotkey),
      levers.isPaused('read'),
    ]);
    expect(asked.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
    for (const result of asked)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StateError);
  });
}
