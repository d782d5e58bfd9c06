import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { type Fault, startFaultProxy } from '../../s3-core/test/support/fault-proxy.ts';
import { ManualClock, StateError } from '../src/index.ts';
import { callDynamo, DYNAMO_KEYS, dynamoState, makeTable, type Table } from './dynamo-server.ts';
import { miner, validator } from './service-fixture.ts';
import { describeState } from './state-suite.ts';

const START = Date.UTC(2026, 0, 5, 12);
/** No attempt is to be repeated because the machine has much else to do. */
const PATIENT_MS = 20_000;
const hotkey = miner.address;
const charge = { hotkey, action: 'upload', day: '2026-01-05', limit: 2 } as const;

describeState('one DynamoDB table', {
  async open(clock, count) {
    const place = await makeTable();
    const another = () => dynamoState(place, { clock, attemptTimeoutMilliseconds: PATIENT_MS });
    return [another(), ...Array.from({ length: count - 1 }, another)];
  },
  async openBroken() {
    const { endpoint, close } = await startFaultProxy('http://127.0.0.1:1', () => undefined);
    await close();
    return dynamoState({ endpoint, table: 'State' });
  },
});

const itemsSchema = z.object({ Items: z.array(z.record(z.string(), z.unknown())) });
async function itemsOf(place: Table) {
  return itemsSchema.parse(await callDynamo(place, 'Scan', {})).Items;
}

/** A table behind a line on which the first requests go wrong, one fault each. */
async function faultyTable(...first: Fault[]) {
  return await tableBehind(first);
}

/** The same, with faults that may still be put into the list. */
async function tableBehind(faults: Fault[]) {
  const place = await makeTable();
  const targets: unknown[] = [];
  const proxy = await startFaultProxy(place.endpoint, (_, { headers }) => {
    targets.push(String(headers['x-amz-target']).split('.')[1]);
    return faults.shift();
  });
  onTestFinished(() => proxy.close());
  const clock = new ManualClock(START);
  const line = { ...place, endpoint: proxy.endpoint };
  const stalls = faults.some(
    (fault) => typeof fault === 'object' && 'answer' in fault && fault.answer === 'stall',
  );
  const patient = { clock, attemptTimeoutMilliseconds: PATIENT_MS };
  const state = dynamoState(line, stalls ? { clock, attemptTimeoutMilliseconds: 1_000 } : patient);
  return { state, direct: dynamoState(place, patient), place, targets, clock };
}

const throttled = (name: string, status = 400): Fault => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'x' }),
});
const PASSING: readonly (readonly [string, Fault])[] = [
  ['an answer lost after the write', 'lose'],
  ['an answer cut in its middle', { answer: 'reset', at: 60 }],
  ['an answer that never ends', { answer: 'stall', at: 60 }],
  ['a request cut on its way', { request: 'reset', at: 10 }],
  ['an internal error', throttled('InternalServerError', 500)],
  ['a gateway that speaks HTML', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['an answer that is no JSON', { status: 200, body: '{' }],
  ['too little throughput', throttled('ProvisionedThroughputExceededException')],
  ['throttling', throttled('ThrottlingException')],
];

describe.each(PASSING)('%s', (_, fault) => {
  test('costs a first use nothing, and serves it once', async () => {
    const { state, direct } = await faultyTable(fault);
    expect(await state.nonces.claim(hotkey, 'n', START + 60_000)).toBe(true);
    expect(await direct.nonces.claim(hotkey, 'n', START + 60_000)).toBe(false);
  });

  test('makes no second use a first one', async () => {
    const { state, direct } = await faultyTable(fault);
    expect(await direct.nonces.claim(hotkey, 'n', START + 60_000)).toBe(true);
    expect(await state.nonces.claim(hotkey, 'n', START + 60_000)).toBe(false);
  });

  test('charges once, also for the last charge of a day', async () => {
    const { state, direct } = await faultyTable(fault);
    const last = { ...charge, limit: 1 };
    expect(await state.quota.charge(last)).toBe(true);
    expect(await direct.quota.charge(charge)).toBe(true);
    expect(await direct.quota.charge(charge)).toBe(false);
  });

  test('hides no lever', async () => {
    const { state, direct } = await faultyTable(fault);
    await direct.control.deny(hotkey);
    expect(await state.levers.isDenied(hotkey)).toBe(true);
  });
});

describe('whatever goes wrong on the line', () => {
  const fault = fc.constantFrom<Fault>(
    undefined,
    undefined,
    'lose',
    { answer: 'reset', at: 60 },
    { request: 'reset', at: 10 },
    { status: 200, body: '{' },
    throttled('InternalServerError', 500),
    throttled('ThrottlingException'),
  );
  const faults = fc.array(fault, { maxLength: 24 });
  const outcomesOf = async (asked: readonly Promise<boolean>[]) => {
    const settled = await Promise.allSettled(asked);
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : 'no answer'));
  };
  const countOf = (outcomes: readonly unknown[], value: unknown) =>
    outcomes.filter((one) => one === value).length;

  test('racing claims are won once at most, and once where each of them has an answer', async () => {
    const line: Fault[] = [];
    const { state, direct } = await tableBehind(line);
    await fc.assert(
      fc.asyncProperty(fc.uuid(), faults, async (nonce, some) => {
        line.splice(0, line.length, ...some);
        const claim = ({ nonces }: typeof state) => nonces.claim(hotkey, nonce, START + 60_000);
        const outcomes = await outcomesOf([state, state, direct, state, state].map(claim));
        const won = countOf(outcomes, true);
        expect(won).toBeLessThanOrEqual(1);
        if (!outcomes.includes('no answer')) expect(won).toBe(1);
        line.splice(0);
        expect(await claim(direct)).toBe(false);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  test('racing charges stay within the limit', async () => {
    const line: Fault[] = [];
    const { state, direct } = await tableBehind(line);
    let number = 0;
    await fc.assert(
      fc.asyncProperty(faults, async (some) => {
        line.splice(0, line.length, ...some);
        number += 1;
        const day = new Date(START + number * 86_400_000).toISOString().slice(0, 10);
        const one = { ...charge, day, limit: 3 };
        const outcomes = await outcomesOf(
          [state, state, direct, state, state].map(({ quota }) => quota.charge(one)),
        );
        const won = countOf(outcomes, true);
        expect(won).toBeLessThanOrEqual(3);
        if (!outcomes.includes('no answer')) expect(won).toBe(3);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

describe('a table that fails for good', () => {
  test('is asked three times, and then the answer is neither yes nor no', async () => {
    const error = throttled('InternalServerError', 500);
    const { state, targets } = await faultyTable(error, error, error);
    await expect(state.nonces.claim(hotkey, 'n', START + 1_000)).rejects.toMatchObject({
      code: 'StateUnavailable',
      retryable: true,
      message: expect.stringContaining('InternalServerError, HTTP 500'),
    });
    expect(targets).toEqual(['PutItem', 'PutItem', 'PutItem']);
  });

  test('a claim of which nobody can say whose it is is not granted', async () => {
    const error = throttled('InternalServerError', 500);
    const { state, targets } = await faultyTable('lose', undefined, error, error, error);
    await expect(state.nonces.claim(hotkey, 'n', START + 1_000)).rejects.toThrow(StateError);
    expect(targets).toEqual(['PutItem', 'PutItem', 'GetItem', 'GetItem', 'GetItem']);
  });

  test('a charge that may have been the last of the day is not told to be one too many', async () => {
    const { state, direct } = await faultyTable(throttled('InternalServerError', 500));
    const last = { ...charge, limit: 1 };
    await direct.quota.charge(last);
    await expect(state.quota.charge(last)).rejects.toMatchObject({ code: 'StateUnavailable' });
    expect(await state.quota.charge(last)).toBe(false);
  });

  test.each([
    'ResourceNotFoundException',
    'AccessDeniedException',
    'UnrecognizedClientException',
    'ValidationException',
  ])('%s is not asked again, and says what to look at', async (name) => {
    const { state, targets } = await faultyTable(throttled(name));
    await expect(state.levers.isDenied(hotkey)).rejects.toMatchObject({
      code: 'InvalidState',
      retryable: false,
      message: expect.stringMatching(`refused GetItem \\(${name}, HTTP 400\\); check its name`),
    });
    expect(targets).toHaveLength(1);
  });

  test.each([
    ['an item that is a list', '{"Item": []}'],
    ['attributes of another shape', '{"Item": {"pk": "deny"}}'],
    ['no object', '7'],
  ])('%s is no answer', async (_, body) => {
    const { state } = await faultyTable({ status: 200, body });
    await expect(state.levers.isDenied(hotkey)).rejects.toThrow('not what was asked for');
  });

  test('is left when the caller gives up', async () => {
    const { state } = await faultyTable({ answer: 'stall', at: 0 });
    const controller = new AbortController();
    const claim = state.nonces.claim(hotkey, 'n', START + 1_000, controller.signal);
    setImmediate(() => controller.abort());
    await expect(claim).rejects.toMatchObject({ code: 'StateUnavailable' });
  });

  test('no error holds a key, a nonce or what the table said', async () => {
    const secret = 'said-by-the-table';
    const body = JSON.stringify({ __type: secret.repeat(20), message: secret });
    for (const fault of [{ status: 400, body }, throttled('AccessDeniedException')]) {
      const { state } = await faultyTable(fault, fault, fault);
      const error = await state.nonces
        .claim(hotkey, 'the-nonce', START + 1_000)
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(StateError);
      for (const hidden of [secret, 'the-nonce', DYNAMO_KEYS.secretAccessKey])
        expect(inspect(error, { depth: 9 })).not.toContain(hidden);
    }
  });
});

describe('what stands in the table', () => {
  test('removes itself by the attribute `expires`, in seconds, but for levers', async () => {
    const { direct, place } = await faultyTable();
    await direct.nonces.claim(hotkey, 'n', START + 60_001);
    await direct.quota.charge(charge);
    await direct.control.deny(hotkey, 'abuse');
    await direct.control.pause('all');
    const expires = (items: Record<string, unknown>[]) =>
      Object.fromEntries(
        items.map(({ pk, expires }) => [z.object({ S: z.string() }).parse(pk).S, expires]),
      );
    expect(expires(await itemsOf(place))).toEqual({
      [`nonce#${hotkey}#n`]: { N: String(START / 1000 + 61) },
      [`quota#${hotkey}#upload#2026-01-05`]: { N: String(Date.UTC(2026, 0, 8) / 1000) },
      [`deny#${hotkey}`]: undefined,
      'pause#all': undefined,
    });
  });

  test('is moved by plain commands just as well', async () => {
    const { state, place } = await faultyTable();
    const Item = { pk: { S: `deny#${hotkey}` }, reason: { S: 'abuse, ticket 7' } };
    await callDynamo(place, 'PutItem', { Item });
    expect(await state.levers.isDenied(hotkey)).toBe(true);
    expect((await state.control.show()).denied).toEqual([
      { hotkey, since: null, reason: 'abuse, ticket 7' },
    ]);
    await callDynamo(place, 'DeleteItem', { Key: { pk: Item.pk } });
    expect(await state.levers.isDenied(hotkey)).toBe(false);
  });

  test('is shown as far as it is a lever, over as many pages as it takes', async () => {
    const { direct, place, clock } = await faultyTable();
    // Pages end at 1 MB.
    const ballast = { S: 'x'.repeat(200_000) };
    for (let index = 0; index < 12; index += 1) {
      const Item = { pk: { S: `nonce#ballast#${index}` }, ballast };
      await callDynamo(place, 'PutItem', { Item });
    }
    await callDynamo(place, 'PutItem', { Item: { pk: { S: 'deny#nobody' } } });
    expect(await direct.control.deny(validator.address, 'abuse')).toBe(true);
    clock.advance(1_000);
    expect(await direct.control.deny(hotkey)).toBe(true);
    expect(await direct.control.deny(hotkey, 'again')).toBe(false);
    await direct.control.pause('read', 'migration');
    const at = (ms: number) => new Date(START + ms).toISOString();
    expect(await direct.control.show()).toEqual({
      paused: [{ actions: 'read', since: at(1_000), reason: 'migration' }],
      denied: [
        { hotkey: validator.address, since: at(0), reason: 'abuse' },
        { hotkey, since: at(1_000), reason: null },
      ],
    });
    expect(await direct.control.allow(hotkey)).toBe(true);
    expect(await direct.control.allow(hotkey)).toBe(false);
  });
});

describe('what is asked', () => {
  test('a pause is remembered for the time set, a denial never', async () => {
    const { state, targets, clock } = await faultyTable();
    const ask = async () => {
      await state.levers.isPaused('read');
      await state.levers.isDenied(hotkey);
    };
    await ask();
    await ask();
    expect(targets).toHaveLength(4);
    clock.advance(3_000);
    await ask();
    expect(targets).toHaveLength(7);
  });

  test('a clock that goes back forgets what it remembered', async () => {
    const { state, targets, clock } = await faultyTable();
    await state.levers.isPaused('read');
    clock.advance(-1);
    await state.levers.isPaused('read');
    expect(targets).toHaveLength(4);
  });

  test('the service itself uses what its role allows, and no more', async () => {
    const { state, targets } = await faultyTable();
    await state.nonces.claim(hotkey, 'n', START + 1_000);
    await state.quota.charge(charge);
    await state.levers.isPaused('upload');
    await state.levers.isDenied(hotkey);
    expect(new Set(targets)).toEqual(new Set(['PutItem', 'UpdateItem', 'GetItem']));
  });
});

test('settings that can’t be meant are refused', () => {
  const place = { endpoint: 'http://127.0.0.1:1', table: 'State' };
  expect(() => dynamoState({ ...place, table: 'a table' })).toThrow('not the name of a table');
  expect(() => dynamoState({ ...place, endpoint: 'http://dynamodb.example.com' })).toThrow(
    'https is needed',
  );
  expect(() => dynamoState(place, { pauseCacheMilliseconds: 60_000 })).toThrow('10000');
});
