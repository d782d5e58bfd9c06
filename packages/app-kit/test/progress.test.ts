import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgress, type ProgressMode, progressMode } from '../src/index.ts';
import { RateEstimator } from '../src/rate.ts';
import { Capture } from './support/capture.ts';

function start(mode: ProgressMode) {
  const stream = new Capture({ isTTY: mode === 'live' });
  const clock = { now: 0 };
  const progress = createProgress({ stream, mode, now: () => clock.now });
  return { stream, clock, progress };
}

describe('progressMode', () => {
  it.each<[boolean, boolean, Record<string, string>, ProgressMode]>([
    [true, false, {}, 'live'],
    [true, true, {}, 'live'],
    [true, false, { TERM: 'dumb' }, 'plain'],
    [true, false, { CI: 'true' }, 'plain'],
    [false, false, {}, 'plain'],
    [false, true, {}, 'silent'],
  ])('terminal %s, --json %s, %o is %s', (isTTY, json, env, mode) => {
    expect(progressMode({ isTTY }, json, env)).toBe(mode);
  });
});

it('progress is not live on a pseudo-terminal without width', () => {
  expect(progressMode({ isTTY: true, columns: 0 }, false, {})).toBe('plain');
});

describe('plain progress', () => {
  it('is one line for each phase, when it ends', () => {
    const { stream, clock, progress } = start('plain');
    const phase = progress.phase('Reading', { unit: 'rows', total: 7316 });
    phase.update(7316);
    expect(stream.text).toBe('');
    clock.now = 1234;
    phase.done();
    phase.done();
    phase.update(1);
    expect(stream.text).toBe('Reading: 7,316 rows (1.2 s)\n');
  });

  it('prints a result of its own, escaped', () => {
    const { stream, progress } = start('plain');
    progress.phase('Asking').done('granted by \u001b[31mX');
    expect(stream.text).toBe('Asking: granted by \\u001b[31mX (0 ms)\n');
  });

  it('says so where a phase failed or counted nothing', () => {
    const { stream, progress } = start('plain');
    progress.phase('Uploading').fail();
    progress.phase('Asking').done();
    expect(stream.text).toBe('Uploading: failed (0 ms)\nAsking: done (0 ms)\n');
  });
});

describe('silent progress', () => {
  it('writes nothing', () => {
    const { stream, progress } = start('silent');
    const phase = progress.phase('Reading');
    phase.update(1);
    phase.done();
    progress.stop();
    expect(stream.text).toBe('');
  });
});

describe('live progress', () => {
  it('ends in a line with the result and a mark', () => {
    const { stream, clock, progress } = start('live');
    const phase = progress.phase('Uploading', { unit: 'bytes', total: 5_000_000 });
    clock.now = 4000;
    phase.update(1_200_000);
    phase.update(5_000_000);
    phase.done();
    expect(stream.text).toContain('✔ Uploading: 5 MB (4 s)\n');
  });

  it('leaves nothing running after stop', () => {
    const { stream, progress } = start('live');
    const phase = progress.phase('Uploading');
    progress.stop();
    const before = stream.text;
    phase.done();
    expect(stream.text).toBe(before);
  });
});

describe('RateEstimator', () => {
  it('knows nothing before two moments', () => {
    const rate = new RateEstimator();
    expect(rate.perSecond()).toBeUndefined();
    rate.record(0, 0);
    expect(rate.perSecond()).toBeUndefined();
    expect(rate.remainingMs(10)).toBeUndefined();
  });

  it('follows the speed of the last seconds', () => {
    const rate = new RateEstimator(10_000);
    for (let second = 0; second <= 60; second++) rate.record(second * 1000, second);
    for (let second = 61; second <= 80; second++)
      rate.record(second * 1000, 60 + (second - 60) * 100);
    expect(rate.perSecond()).toBe(100);
    expect(rate.remainingMs(2060 + 1000)).toBe(10_000);
  });

  it('finds any constant speed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 50 }),
        (speed, gaps) => {
          const rate = new RateEstimator();
          let at = 0;
          rate.record(0, 0);
          for (const gap of gaps) {
            at += gap;
            rate.record(at, at * speed);
          }
          expect(rate.perSecond()).toBeCloseTo(speed * 1000, 3);
        },
      ),
    );
  });

  it('promises no end where nothing moves', () => {
    const rate = new RateEstimator();
    rate.record(0, 5);
    rate.record(1000, 5);
    expect(rate.remainingMs(10)).toBeUndefined();
  });
});
