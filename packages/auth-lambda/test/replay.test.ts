import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AccessHandler, ManualClock, MemoryNonceStore } from '../src/index.ts';
import { openSqliteState } from '../src/state/sqlite/index.ts';
import { dynamoState, makeTable } from './dynamo-server.ts';
import {
  bodyOf,
  CLIENT_ADDRESS,
  makeService,
  NOW_SECONDS,
  uploadRequest,
} from './service-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Twenty copies of one signed request at once, over these handlers in turn; how often each answer came. */
async function answersTo(handlers: readonly AccessHandler[]): Promise<Record<string, number>> {
  const body = bodyOf(uploadRequest());
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const handler = handlers[index % handlers.length];
      if (handler === undefined) throw new Error('there is no handler');
      const { status, body: text } = await handler({
        body,
        headers: {},
        sourceAddress: CLIENT_ADDRESS,
      });
      return status === 200 ? 'Granted' : (JSON.parse(text).error.code as string);
    }),
  );
  return Object.fromEntries(
    [...new Set(answers)].map((code) => [code, answers.filter((one) => one === code).length]),
  );
}

/** The service of the fixture stands there, too. */
const clock = new ManualClock(NOW_SECONDS * 1000);
const ONCE = { Granted: 1, Replayed: 19 };

describe('of twenty copies of one request at once one is served', () => {
  test('by one handler', async () => {
    expect(await answersTo([makeService().handler])).toEqual(ONCE);
  });

  test('by two handlers that share memory', async () => {
    const nonces = new MemoryNonceStore({ clock });
    const handlers = [makeService({ nonces }), makeService({ nonces })];
    expect(await answersTo(handlers.map(({ handler }) => handler))).toEqual(ONCE);
  });

  test('by two handlers that share a file', async () => {
    const path = join(await temporaryFolder(), 'state.sqlite');
    const states = [await openSqliteState(path, { clock }), await openSqliteState(path, { clock })];
    onTestFinished(() => {
      for (const state of states) state.close();
    });
    const handlers = states.map(({ nonces, quota, levers }) =>
      makeService({ nonces, quota, levers }),
    );
    expect(await answersTo(handlers.map(({ handler }) => handler))).toEqual(ONCE);
  });

  test('by two handlers that share a table', async () => {
    const place = await makeTable();
    const handlers = [1, 2].map(() => {
      const { nonces, quota, levers } = dynamoState(place, {
        clock,
        attemptTimeoutMilliseconds: 20_000,
      });
      return makeService({ nonces, quota, levers }, { state_timeout_ms: 25_000 }).handler;
    });
    expect(await answersTo(handlers)).toEqual(ONCE);
  });
});
