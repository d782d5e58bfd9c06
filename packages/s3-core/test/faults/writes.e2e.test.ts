import { sha256Of } from '@data-universe/storage-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BODY_FAULTS,
  EXPIRED,
  FAULTS,
  HEAD_FAULTS,
  LATE_REFUSALS,
  type NamedFault,
} from './faults.ts';
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

interface Step {
  readonly name: string;
  readonly request: RegExp;
  readonly size: number;
  readonly faults: readonly NamedFault[];
}

const SMALL = 300_000;
const LARGE = 11 * MEBIBYTE + 7;
const AFTER = [...FAULTS, ...EXPIRED];

const STEPS: readonly Step[] = [
  { name: 'a small put', request: /^PUT /, size: SMALL, faults: [...AFTER, ...BODY_FAULTS] },
  { name: 'the look at a small put', request: /^HEAD /, size: SMALL, faults: HEAD_FAULTS },
  { name: 'the begin of parts', request: /^POST .*\?uploads/, size: LARGE, faults: AFTER },
  {
    name: 'a part',
    request: /^PUT .*partNumber=2/,
    size: LARGE,
    faults: [...AFTER, ...BODY_FAULTS],
  },
  {
    name: 'the end of parts',
    request: /^POST .*\?uploadId=/,
    size: LARGE,
    faults: [...AFTER, ...LATE_REFUSALS],
  },
];

const isLostAnswer = ({ fault }: NamedFault) => typeof fault === 'object' && 'answer' in fault;
const isStalledAnswer = ({ fault }: NamedFault) =>
  typeof fault === 'object' && 'answer' in fault && fault.answer === 'stall';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(() => {
  stage.faultOf = () => undefined;
});

describe.each(byName(STEPS))('%s', { timeout: 60_000 }, (_, { name, request, size, faults }) => {
  const isEnd = name === 'the end of parts';
  describe.each(['once', 'always'] as const)('with a fault %s', (often) => {
    it.each(byName(faults))('%s', async (_, named) => {
      const key = newKey();
      const { bytes, source, openReadings } = watchedSource(size);
      const refreshes = stage.refreshes();
      // Stores take minutes to put parts together, so that only the limit of the call ends the wait.
      const waitsInVain = isEnd && isStalledAnswer(named);
      const settings = waitsInVain ? { callTimeoutMs: 4_000 } : patience(named);
      stage.faultOf = faultAt(request, named.fault, often);

      const outcome = await withoutLeaks(stage, settings, (backend) =>
        outcomeOf(backend.put(key, source, { sha256: sha256Of(bytes) })),
      );

      const stored = await stage.stored(key);
      if (stored !== undefined) expect(stored.equals(bytes)).toBe(true);
      // What the store did all the same may be found out, and is then no error.
      const proves = isLostAnswer(named) && outcome.error === undefined;
      if ((often === 'always' || waitsInVain) && !proves)
        expect(outcome.error).toMatchObject({ code: named.code, operation: 'put' });
      else {
        expect(outcome.error).toBeUndefined();
        expect(outcome).toMatchObject({ value: { key, size, sha256: sha256Of(bytes) } });
        expect(stored).toBeDefined();
      }
      if (named.code === 'CredentialsExpired') expect(stage.refreshes()).toBeGreaterThan(refreshes);
      expect(openReadings()).toBe(0);

      // The id of an upload whose begin was never answered is known to the store alone.
      const nameless = name === 'the begin of parts' && isLostAnswer(named);
      if (!nameless) expect(await stage.openUploads(key)).toEqual([]);
    });
  });
});
