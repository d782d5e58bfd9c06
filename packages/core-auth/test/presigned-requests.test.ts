import { expect, it } from 'vitest';
import {
  type PresignedGrant,
  PresignedRequests,
  type PresignedRequestsOptions,
  type StoreOperation,
} from '../src/index.ts';
import { START } from './client-fixture.ts';

const LIFE = 300_000;
const get = (name: string): StoreOperation => ({ op: 'get', key: `data/x/5/${name}` });
const urlOf = (operation: StoreOperation, n: number) =>
  `https://store.example/${'key' in operation ? operation.key : operation.prefix}?n=${n}`;

function grantOf(operations: readonly StoreOperation[], now: number, n: number): PresignedGrant {
  return {
    request_id: `request-${n}`,
    expiration: new Date(now + LIFE).toISOString(),
    bucket: 'bucket',
    region: 'auto',
    endpoint: 'https://store.example',
    prefixes: ['data/x/5/'],
    create_only: true,
    checksums: true,
    requests: operations.map((one) => ({ method: 'GET', url: urlOf(one, n), headers: {} })),
  };
}

/** Signatures that name the request they came with, and what was asked for. */
function setting(presign?: PresignedRequestsOptions['presign']) {
  const time = { now: START };
  const asked: Array<readonly StoreOperation[]> = [];
  const requests = new PresignedRequests({
    clock: () => time.now,
    presign: async (operations, signal) => {
      asked.push(operations);
      return presign === undefined
        ? grantOf(operations, time.now, asked.length)
        : presign(operations, signal);
    },
  });
  return { time, asked, requests };
}

it('asks together for what is wanted at the same time, and answers each with its own', async () => {
  const { asked, requests } = setting();
  const wanted = [get('a'), get('b'), get('c'), get('a')];
  const answers = await Promise.all(wanted.map((one) => requests.request(one)));
  expect(asked).toEqual([[get('a'), get('b'), get('c')]]);
  expect(answers.map(({ url }) => url)).toEqual(wanted.map((one) => urlOf(one, 1)));
});

it('uses a signature again until shortly before it expires', async () => {
  const { time, asked, requests } = setting();
  await requests.request(get('a'));
  time.now += LIFE * 0.7;
  expect((await requests.request(get('a'))).url).toBe(urlOf(get('a'), 1));
  time.now += LIFE * 0.1;
  expect((await requests.request(get('a'))).url).toBe(urlOf(get('a'), 2));
  expect(asked).toHaveLength(2);
});

it('asks anew for what the store has refused', async () => {
  const { asked, requests } = setting();
  await requests.request(get('a'));
  requests.forget(get('a'));
  expect((await requests.request(get('a'))).url).toBe(urlOf(get('a'), 2));
  expect(asked).toHaveLength(2);
});

it('asks on the way for what will be wanted next', async () => {
  const { asked, requests } = setting();
  await requests.request(get('a'), [get('b')]);
  await requests.request(get('b'));
  expect(asked).toEqual([[get('a'), get('b')]]);
});

it('divides what one request cannot hold, by number and by length', async () => {
  const { asked, requests } = setting();
  await Promise.all(Array.from({ length: 70 }, (_, n) => requests.request(get(String(n)))));
  expect(asked.map(({ length }) => length)).toEqual([32, 32, 6]);
  asked.length = 0;
  const long = (n: number) => get(`${'ü'.repeat(480)}${n}`);
  await Promise.all(Array.from({ length: 12 }, (_, n) => requests.request(long(n))));
  for (const operations of asked)
    expect(Buffer.byteLength(JSON.stringify(operations))).toBeLessThan(6_100);
  expect(asked.flat()).toHaveLength(12);
});

it('tells everybody of a failure, and asks again the next time', async () => {
  let failing = true;
  const { asked, requests } = setting(async (operations) => {
    if (failing) throw new Error('no answer');
    return grantOf(operations, START, 2);
  });
  const both = [requests.request(get('a'), [get('c')]), requests.request(get('b'))];
  for (const one of both) await expect(one).rejects.toThrow('no answer');
  failing = false;
  expect((await requests.request(get('a'))).url).toBe(urlOf(get('a'), 2));
  expect(asked).toHaveLength(2);
});

it('gives up what is under way when it is closed', async () => {
  const { requests } = setting(
    (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')));
      }),
  );
  const wanted = requests.request(get('a'));
  setImmediate(() => setImmediate(() => requests.close()));
  await expect(wanted).rejects.toThrow('given up');
});
