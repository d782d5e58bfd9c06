import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { RECORDED } from './support/recorded-storage.ts';

const shared = process.env.DATA_UNIVERSE_SHARED ?? join(import.meta.dirname, '../../../../shared');
const path = join(shared, 'vectors/subtensor-storage.json');
const absent = !existsSync(path) && process.env.DATA_UNIVERSE_REQUIRE_ALL !== '1';

const recordingSchema = z.object({
  netuid: z.int(),
  accounts: z.record(z.string(), z.string()),
  storage: z.record(z.string(), z.tuple([z.string(), z.string().nullable()])),
});

it.skipIf(absent)(
  `the vectors are what a running runtime gave, key by key${absent ? ` (skipped: ${path} is absent)` : ''}`,
  () => {
    const recording = recordingSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    expect(RECORDED.netuid).toBe(recording.netuid);
    expect(Object.values(RECORDED.accounts)).toEqual(Object.values(recording.accounts));
    const given = new Map(Object.values(recording.storage));
    for (const { key, value } of RECORDED.storage) expect(given.get(key)).toBe(value);
    expect(RECORDED.storage).not.toEqual([]);
  },
);
