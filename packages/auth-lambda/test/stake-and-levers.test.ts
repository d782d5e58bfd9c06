import { describe, expect, test } from 'vitest';
import { ask, makeService, readRequest, refusalOf, uploadRequest } from './service-fixture.ts';

describe('minimum stake', () => {
  const withStake = (stake?: bigint) => ({
    registry: {
      lookup: async () => ({
        registered: true as const,
        uid: 7,
        validatorPermit: true,
        ...(stake !== undefined && { stake }),
      }),
    },
  });

  test('a hotkey with as much as is asked for is served, one with a RAO less is not', async () => {
    const enough = makeService(withStake(1000n), { min_stake: 1000 });
    expect((await ask(enough, uploadRequest())).status).toBe(200);
    const less = await ask(makeService(withStake(999n), { min_stake: 1000 }), uploadRequest());
    expect(less.status).toBe(403);
    expect(refusalOf(less)).toMatchObject({ code: 'InsufficientStake', retryable: false });
  });

  test('a stake that the registry does not know is a fault of ours', async () => {
    const output = await ask(makeService(withStake(), { min_stake: 1 }), uploadRequest());
    expect(refusalOf(output).code).toBe('ChainUnavailable');
  });
});

describe('a pause', () => {
  test.each(['upload', 'all'] as const)(
    'of %s requests refuses uploads and says when to come back',
    async (what) => {
      const service = makeService();
      service.levers.pause(what);
      const output = await ask(service, uploadRequest());
      expect(output.status).toBe(503);
      expect(output.headers['retry-after']).toBe('60');
      expect(refusalOf(output)).toMatchObject({ code: 'Paused', retryable: true, retry_after: 60 });
      service.levers.resume(what);
      expect((await ask(service, uploadRequest())).status).toBe(200);
    },
  );

  test('of reads leaves uploads alone', async () => {
    const service = makeService();
    service.levers.pause('read');
    expect((await ask(service, uploadRequest())).status).toBe(200);
    expect(refusalOf(await ask(service, readRequest())).code).toBe('Paused');
  });

  test('spends no nonce', async () => {
    const service = makeService();
    const request = uploadRequest();
    service.levers.pause('all');
    await ask(service, request);
    service.levers.resume('all');
    expect((await ask(service, request)).status).toBe(200);
  });
});

describe('a state that never answers', () => {
  const never = () => new Promise<never>(() => {});
  test.each([
    ['nonces', { nonces: { claim: never } }],
    ['levers', { levers: { isPaused: never, isDenied: never } }],
    ['quota', { quota: { charge: never } }],
  ])('%s: is not waited for', async (_, ports) => {
    const output = await ask(makeService(ports, { state_timeout_ms: 20 }), uploadRequest());
    expect(refusalOf(output)).toMatchObject({ code: 'IssuerUnavailable', retryable: true });
  });
});
