import { describe, expect, test } from 'vitest';
import { ManualClock, TokenBucketLimiter } from '../src/index.ts';
import { networkBlock } from '../src/limits/network-block.ts';

async function allowed(limiter: TokenBucketLimiter, address: string, times = 1): Promise<number> {
  const verdicts = await Promise.all(Array.from({ length: times }, () => limiter.take(address)));
  return verdicts.filter((verdict) => verdict.allowed).length;
}

describe('the limit by address', () => {
  test('allows a burst, then the rate, for each address by itself', async () => {
    const clock = new ManualClock(0);
    const limiter = new TokenBucketLimiter({ clock, perSecond: 2, burst: 5 });
    expect(await allowed(limiter, '203.0.113.1', 10)).toBe(5);
    expect(await allowed(limiter, '203.0.113.2', 10)).toBe(5);
    clock.advance(1000);
    expect(await allowed(limiter, '203.0.113.1', 10)).toBe(2);
    clock.advance(3_600_000);
    expect(await allowed(limiter, '203.0.113.1', 10)).toBe(5);
  });

  test('says how long to wait, and the wait is enough', async () => {
    const clock = new ManualClock(0);
    const limiter = new TokenBucketLimiter({ clock, perSecond: 0.1, burst: 1 });
    await limiter.take('203.0.113.1');
    const verdict = await limiter.take('203.0.113.1');
    expect(verdict).toEqual({ allowed: false, retryAfterSeconds: 10 });
    clock.advance(10_000);
    expect(await allowed(limiter, '203.0.113.1')).toBe(1);
  });

  test('a clock that is set back takes nothing away', async () => {
    const clock = new ManualClock(10_000);
    const limiter = new TokenBucketLimiter({ clock, burst: 2 });
    await limiter.take('203.0.113.1');
    clock.advance(-10_000);
    expect(await allowed(limiter, '203.0.113.1')).toBe(1);
  });

  test('forgets the address unused longest when it holds too many', async () => {
    const limiter = new TokenBucketLimiter({ clock: new ManualClock(0), burst: 1, capacity: 2 });
    await limiter.take('203.0.113.1');
    await limiter.take('203.0.113.2');
    await limiter.take('203.0.113.1');
    await limiter.take('203.0.113.3');
    expect(await allowed(limiter, '203.0.113.1')).toBe(0);
    expect(await allowed(limiter, '203.0.113.2')).toBe(1);
  });
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::ffff:cb00:7109', '203.0.113.9'],
  ['0:0:0:0:0:ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
  ['unknown', 'unknown'],
  ['203.0.113.9, 10.0.0.1', 'unknown'],
  ['', 'unknown'],
])('the block of %j is %s', (address, block) => {
  expect(networkBlock(address)).toBe(block);
});
