import { describe, expect, test } from 'vitest';
import { type AccessOutput, StrangerBudget } from '../src/index.ts';
import {
  bodyOf,
  makeService,
  refusalOf,
  type Service,
  stranger,
  uploadRequest,
} from './service-fixture.ts';

/** A budget on a clock of its own, where a verification takes as long as is said. */
function made(options: { share?: number; burstMilliseconds?: number } = {}) {
  let now = 0;
  const budget = new StrangerBudget({
    share: 0.5,
    burstMilliseconds: 10,
    ...options,
    now: () => now,
  });
  return {
    budget,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    verify: (address: string, milliseconds = 1) =>
      budget.run(address, () => {
        now += milliseconds;
        return true;
      }),
  };
}

let next = 0;
const newAddress = () => {
  next += 1;
  return `198.${18 + (next >> 16)}.${(next >> 8) & 255}.${next & 255}`;
};

describe('strangers, from however many addresses', () => {
  test('take their share of the time and no more', () => {
    const { verify, pass } = made();
    let verified = 0;
    for (let asked = 0; asked < 10_000; asked += 1) {
      if (verify(newAddress()) === true) verified += 1;
      else pass(1);
    }
    // 1 ms each of half of the time that all took, which is what was verified and what was waited.
    const time = verified + (10_000 - verified);
    expect(verified).toBeGreaterThan(0.49 * time);
    expect(verified).toBeLessThan(0.51 * time + 10);
  });

  test('are verified at once up to the burst, and again after a while', () => {
    const { verify, pass } = made();
    const burst = Array.from({ length: 40 }, () => verify(newAddress()));
    expect(burst.filter((valid) => valid === true).length).toBeLessThanOrEqual(20);
    expect(burst.at(-1)).toBeUndefined();
    pass(4);
    expect(verify(newAddress())).toBe(true);
  });

  test('are charged for work that ends in a refusal too', () => {
    const { budget, pass } = made();
    const fail = () =>
      budget.run(newAddress(), () => {
        pass(30);
        throw new Error('refused');
      });
    expect(fail).toThrow('refused');
    expect(budget.admits(newAddress())).toBe(false);
    expect(fail()).toBeUndefined();
  });

  test('may have a verification that costs more than is left, and pay for it later', () => {
    const { verify, pass } = made();
    expect(verify(newAddress(), 1_000)).toBe(true);
    pass(900);
    expect(verify(newAddress())).toBeUndefined();
    pass(1_100);
    expect(verify(newAddress())).toBe(true);
  });
});

describe('an address where a registered hotkey was served', () => {
  function spent() {
    const all = made();
    while (all.verify(newAddress()) === true);
    return all;
  }

  test('does not stand behind strangers', () => {
    const { budget, verify } = spent();
    budget.prove('203.0.113.7', 'hotkey');
    for (let asked = 0; asked < 100; asked += 1) expect(verify('203.0.113.7', 0)).toBe(true);
    expect(verify('203.0.113.8')).toBeUndefined();
  });

  test('stands for its whole /64, and for an hour', () => {
    const { budget, verify, pass } = spent();
    budget.prove('2001:db8:0:1::1', 'hotkey');
    expect(verify('2001:db8:0:1:ffff::2', 0)).toBe(true);
    expect(verify('2001:db8:0:2::1')).toBeUndefined();
    pass(3_600_001);
    while (verify(newAddress()) === true);
    expect(verify('2001:db8:0:1::1')).toBeUndefined();
  });

  test('is one of four: a hotkey can not vouch for a botnet', () => {
    const { budget, verify } = spent();
    const addresses = Array.from({ length: 50 }, newAddress);
    for (const address of addresses) budget.prove(address, 'hotkey');
    const known = addresses.filter((address) => verify(address, 0) === true);
    expect(known).toEqual(addresses.slice(-4));
    budget.prove(addresses[46] ?? '', 'hotkey');
    budget.prove('203.0.113.9', 'hotkey');
    expect(verify(addresses[46] ?? '', 0)).toBe(true);
    expect(verify(addresses[47] ?? '')).toBeUndefined();
  });

  test('stays while another hotkey behind it vouches', () => {
    const { budget, verify } = spent();
    budget.prove('203.0.113.7', 'first');
    budget.prove('203.0.113.7', 'second');
    for (let moved = 0; moved < 4; moved += 1) budget.prove(newAddress(), 'first');
    expect(verify('203.0.113.7')).toBe(true);
  });

  test('is remembered for so many hotkeys, whatever number comes', () => {
    const { budget, verify } = spent();
    const addresses = Array.from({ length: 5_000 }, newAddress);
    for (const [index, address] of addresses.entries()) budget.prove(address, `hotkey ${index}`);
    expect(addresses.filter((address) => verify(address, 0) === true)).toHaveLength(4_096);
    expect(verify(addresses.at(-1) ?? '')).toBe(true);
  });
});

describe('in a service', () => {
  const from = (service: Service, sourceAddress: string, request: object): Promise<AccessOutput> =>
    service.handler({ body: bodyOf(request), headers: {}, sourceAddress });

  test('the miner it knows is served while forged requests are turned away unverified', async () => {
    let now = 0;
    const strangers = new StrangerBudget({
      burstMilliseconds: 5,
      share: 0.1,
      now: () => now,
    });
    const service = makeService({
      strangers,
      verify: () => {
        now += 1;
        return !forging;
      },
    });
    let forging = false;
    expect((await from(service, '203.0.113.7', uploadRequest())).status).toBe(200);
    forging = true;
    const codes: string[] = [];
    for (let attempt = 0; attempt < 50; attempt += 1)
      codes.push(refusalOf(await from(service, newAddress(), uploadRequest())).code);
    expect(codes.filter((code) => code === 'BadSignature').length).toBeLessThan(10);
    expect(codes.at(-1)).toBe('TooManyRequests');
    forging = false;
    expect((await from(service, '203.0.113.7', uploadRequest())).status).toBe(200);
    expect(service.calls.filter((port) => port === 'verify').length).toBeLessThan(12);
  });

  test('a valid signature by a stranger vouches for nothing', async () => {
    let now = 0;
    const strangers = new StrangerBudget({
      burstMilliseconds: 2,
      share: 0,
      now: () => now,
    });
    const service = makeService({
      strangers,
      verify: () => {
        now += 1;
        return true;
      },
    });
    const codes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1)
      codes.push(refusalOf(await from(service, '203.0.113.9', uploadRequest(stranger))).code);
    expect(codes).toEqual(['NotRegistered', 'NotRegistered', 'TooManyRequests', 'TooManyRequests']);
  });

  test('strangers pay for the disk that keeps their nonces, and the miner it knows does not', async () => {
    let now = 0;
    const strangers = new StrangerBudget({ burstMilliseconds: 10, share: 0, now: () => now });
    const service = makeService({
      strangers,
      // As a store in a file does: all of its time is the process's.
      nonces: {
        claim: async () => {
          now += 5;
          return true;
        },
      },
    });
    expect((await from(service, '203.0.113.7', uploadRequest())).status).toBe(200);
    const codes: string[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1)
      codes.push(refusalOf(await from(service, newAddress(), uploadRequest(stranger))).code);
    expect(codes).toEqual(['NotRegistered', 'TooManyRequests', 'TooManyRequests']);
    expect((await from(service, '203.0.113.7', uploadRequest())).status).toBe(200);
  });
});
