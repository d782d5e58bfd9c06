import type { S3Backend } from '@data-universe/s3-core';
import { bytesSource, parseKeyPrefix, readAll, sha256Of } from '@data-universe/storage-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXPIRED, FAULTS, HEAD_FAULTS, type NamedFault } from './faults.ts';
import {
  byName,
  faultAt,
  MEBIBYTE,
  newKey,
  openStage,
  outcomeOf,
  patience,
  type Stage,
  watchedSource,
  withoutLeaks,
} from './stage.ts';

const KEY = newKey();
const { bytes: BYTES } = watchedSource(1.5 * MEBIBYTE);
const SHA256 = sha256Of(BYTES);
const RANGE = { start: 4_321, end: MEBIBYTE };
/** More than a page of any store. */
const LISTED = 1_003;
const listed = Array.from({ length: LISTED }, (_, n) => `listed/${String(n).padStart(5, '0')}`);
const PREFIX = parseKeyPrefix('listed/');

async function keysOf(backend: S3Backend): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of backend.list(PREFIX)) keys.push(key);
  return keys;
}

interface Step {
  readonly name: string;
  readonly operation: string;
  readonly request: RegExp;
  readonly faults: readonly NamedFault[];
  readonly read: (backend: S3Backend) => Promise<unknown>;
  readonly expected: unknown;
}

const AFTER = [...FAULTS, ...EXPIRED];

const STEPS: readonly Step[] = [
  {
    name: 'a get',
    operation: 'get',
    request: /^GET /,
    faults: AFTER,
    read: async (backend) => sha256Of(await readAll((await backend.get(KEY)).body)),
    expected: SHA256,
  },
  {
    name: 'a get of a range',
    operation: 'get',
    request: /^GET /,
    faults: AFTER,
    read: async (backend) =>
      sha256Of(await readAll((await backend.get(KEY, { range: RANGE })).body)),
    expected: sha256Of(BYTES.subarray(RANGE.start, RANGE.end)),
  },
  {
    name: 'a head',
    operation: 'head',
    request: /^HEAD /,
    faults: HEAD_FAULTS,
    read: async (backend) => {
      const { size, sha256 } = await backend.head(KEY);
      return { size, sha256 };
    },
    expected: { size: BYTES.length, sha256: SHA256 },
  },
  {
    name: 'the first page of a list',
    operation: 'list',
    request: /^GET (?!.*continuation-token)/,
    faults: AFTER,
    read: keysOf,
    expected: listed,
  },
  {
    name: 'the second page of a list',
    operation: 'list',
    request: /^GET .*continuation-token/,
    faults: AFTER,
    read: keysOf,
    expected: listed,
  },
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.backend.put(KEY, bytesSource(BYTES), { sha256: SHA256 });
  await stage.fill(listed);
}, 120_000);
afterAll(() => stage.close());
beforeEach(() => {
  stage.faultOf = () => undefined;
});

describe.each(byName(STEPS))('%s', { timeout: 60_000 }, (_, step) => {
  describe.each(['once', 'always'] as const)('with a fault %s', (often) => {
    it.each(byName(step.faults))('%s', async (_, named) => {
      const refreshes = stage.refreshes();
      stage.faultOf = faultAt(step.request, named.fault, often);
      const outcome = await withoutLeaks(stage, patience(named), (backend) =>
        outcomeOf(step.read(backend)),
      );
      if (often === 'once') expect(outcome).toEqual({ value: step.expected });
      else expect(outcome.error).toMatchObject({ code: named.code, operation: step.operation });
      if (EXPIRED.includes(named)) expect(stage.refreshes()).toBeGreaterThan(refreshes);
    });
  });
});
