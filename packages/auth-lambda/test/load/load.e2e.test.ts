import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { runLoad } from './run-load.ts';

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

beforeAll(() => expect(existsSync(bin), 'build the package first').toBe(true));

test('a flood of garbage starves no honest client, and memory stays bounded', async () => {
  const figures = await runLoad({
    bin,
    seconds: 4,
    garbagePerSecond: 300,
    slowConnections: 20,
    honestPerSecond: 5,
  });
  const { known, newcomers, garbage, memory } = figures;
  expect(known).toMatchObject({ granted: known.asked, refusals: {} });
  expect(known.asked).toBeGreaterThan(0);
  expect(newcomers).toMatchObject({ granted: newcomers.asked, refusals: {} });
  expect(garbage.sent).toBeGreaterThan(0);
  // No garbage was granted anything, and each kind was there.
  expect(garbage.statuses).not.toHaveProperty('200');
  expect(garbage.statuses).toHaveProperty('400');
  expect(memory.end - memory.start).toBeLessThan(150 * 1024 * 1024);
});
