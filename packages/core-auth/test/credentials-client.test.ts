import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AccessScope,
  type CredentialsClientOptions,
  verifyAccessRequestSignature,
} from '../src/index.ts';
import {
  alice,
  aliceAt,
  bob,
  failure,
  LIFE,
  MINUTE,
  readBob,
  START,
  unavailable,
  uploadX,
} from './client-fixture.ts';
import {
  type CredentialService,
  grantFor,
  SECRET,
  sendJson,
  startCredentialService,
  TOKEN,
} from './credential-service.ts';

let now: number;
let service: CredentialService;
const clientWith = (options: Partial<CredentialsClientOptions> = {}) =>
  aliceAt(service.url, () => now, options);

beforeEach(async () => {
  now = START;
  service = await startCredentialService((request, response) =>
    sendJson(response, 200, grantFor(request, now + LIFE)),
  );
});
afterEach(() => service.close());

describe('asking for access', () => {
  it('sends one signed request for this service, network, subnet and moment', async () => {
    const grant = await clientWith().grant(uploadX);
    expect(grant).toMatchObject({ bucket: 'bucket', prefixes: [`data/x/${alice.address}/`] });
    const [request] = service.requests;
    expect(request).toMatchObject({
      version: 1,
      action: 'upload',
      source: 'x',
      hotkey: alice.address,
      network: 'finney',
      netuid: 13,
      audience: service.url,
      issued_at: Math.floor(START / 1000),
      expires_at: Math.floor(START / 1000) + 60,
    });
    expect(request !== undefined && verifyAccessRequestSignature(request)).toBe(true);
  });

  it("asks for a miner's data of one source, or of all", async () => {
    const client = clientWith();
    expect((await client.grant(readBob)).prefixes).toHaveLength(2);
    expect((await client.grant({ ...readBob, source: 'reddit' })).prefixes).toEqual([
      `data/reddit/${bob}/`,
    ]);
    expect(service.requests.map((request) => request.source)).toEqual([undefined, 'reddit']);
    expect(service.requests.every(verifyAccessRequestSignature)).toBe(true);
  });

  it('does not send what the service could only refuse', async () => {
    expect(await failure(clientWith({ netuid: 70_000 }))).toMatchObject({ code: 'BadRequest' });
    expect(await failure(clientWith({ network: 'Finney!' }))).toMatchObject({ code: 'BadRequest' });
    expect(service.requests).toHaveLength(0);
  });
});

describe('keeping a grant', () => {
  it('answers from it until shortly before it expires, then renews it', async () => {
    const client = clientWith();
    const first = await client.grant(uploadX);
    now = START + LIFE - 2.5 * MINUTE;
    expect(await client.grant(uploadX)).toBe(first);
    now = START + LIFE - 2 * MINUTE;
    const second = await client.grant(uploadX);
    expect(second.credentials.access_key_id).not.toBe(first.credentials.access_key_id);
    expect(service.requests).toHaveLength(2);
  });

  it('renews a short-lived one after four fifths of its life', async () => {
    service.answer = (request, response) =>
      sendJson(response, 200, grantFor(request, now + 100_000));
    const client = clientWith();
    await client.grant(uploadX);
    now = START + 75_000;
    await client.grant(uploadX);
    expect(service.requests).toHaveLength(1);
    now = START + 80_000;
    await client.grant(uploadX);
    expect(service.requests).toHaveLength(2);
  });

  it('uses each grant for half its life, however early it is told to renew', async () => {
    const client = clientWith({ refreshBeforeMs: 24 * 60 * MINUTE });
    await client.grant(uploadX);
    now = START + 0.4 * LIFE;
    await client.grant(uploadX);
    expect(service.requests).toHaveLength(1);
    now = START + 0.5 * LIFE;
    await client.grant(uploadX);
    expect(service.requests).toHaveLength(2);
  });

  it('keeps scopes apart', async () => {
    const client = clientWith();
    const scopes: AccessScope[] = [
      uploadX,
      { action: 'upload', source: 'reddit' },
      readBob,
      { ...readBob, source: 'x' },
      { action: 'read', minerHotkey: alice.address, source: 'x' },
    ];
    const keys = await Promise.all(
      [...scopes, ...scopes].map(
        async (scope) => (await client.grant(scope)).credentials.access_key_id,
      ),
    );
    expect(new Set(keys).size).toBe(scopes.length);
    expect(service.requests).toHaveLength(scopes.length);
  });

  it('asks anew when it is told to, and keeps the answer', async () => {
    const client = clientWith();
    const first = await client.grant(uploadX);
    const second = await client.grant(uploadX, { forceRefresh: true });
    expect(second).not.toBe(first);
    expect(await client.grant(uploadX)).toBe(second);
  });

  it('shows no secret, and lets nobody change what others use', async () => {
    const grant = await clientWith().grant(uploadX);
    expect(grant.credentials.secret_access_key).toBe(SECRET);
    for (const shown of [
      inspect(grant, { depth: null, showHidden: true }),
      JSON.stringify(grant),
    ]) {
      expect(shown).toContain('redacted');
      expect(shown).not.toContain(SECRET);
      expect(shown).not.toContain(TOKEN);
    }
    expect([grant, grant.credentials, grant.prefixes].every(Object.isFrozen)).toBe(true);
  });
});

describe('callers at the same time', () => {
  it('share one request', async () => {
    const client = clientWith();
    const grants = await Promise.all(Array.from({ length: 20 }, () => client.grant(uploadX)));
    expect(new Set(grants).size).toBe(1);
    expect(service.requests).toHaveLength(1);
  });

  it('share one failure, and the next caller starts anew', async () => {
    service.answer = (request, response, n) =>
      n === 1
        ? sendJson(response, 403, refusal('Denied', { retryable: false }))
        : sendJson(response, 200, grantFor(request, now + LIFE));
    const client = clientWith();
    const failures = await Promise.all([failure(client), failure(client)]);
    expect(failures[0]).toBe(failures[1]);
    expect((await client.grant(uploadX)).bucket).toBe('bucket');
    expect(service.requests).toHaveLength(2);
  });

  it('leave alone: who gives up takes nothing from the others', async () => {
    const arrived = deferred();
    const proceed = deferred();
    service.answer = async (request, response) => {
      arrived.resolve();
      await proceed.promise;
      sendJson(response, 200, grantFor(request, now + LIFE));
    };
    const client = clientWith();
    const controller = new AbortController();
    const impatient = failure(client, uploadX, { signal: controller.signal });
    const patient = client.grant(uploadX);
    await arrived.promise;
    controller.abort(new Error('changed my mind'));
    expect(await impatient).toMatchObject({ code: 'Aborted', retryable: false });
    proceed.resolve();
    expect((await patient).bucket).toBe('bucket');
    expect(service.requests).toHaveLength(1);
  });

  it('end the request when all of them give up, and the next one starts anew', async () => {
    const arrived = deferred();
    const closed = deferred();
    service.answer = (_, response) => {
      response.on('close', closed.resolve);
      arrived.resolve();
    };
    const client = clientWith();
    const controllers = [new AbortController(), new AbortController()];
    const failures = controllers.map(({ signal }) => failure(client, uploadX, { signal }));
    await arrived.promise;
    for (const controller of controllers) controller.abort();
    expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(['Aborted', 'Aborted']);
    await closed.promise;

    service.answer = (request, response) => sendJson(response, 200, grantFor(request, now + LIFE));
    expect((await client.grant(uploadX)).bucket).toBe('bucket');
  });

  it('are not served once they are gone, even from a grant at hand', async () => {
    const client = clientWith();
    await client.grant(uploadX);
    const gone = await failure(client, uploadX, { signal: AbortSignal.abort() });
    expect(gone.code).toBe('Aborted');
  });
});

describe('a renewal that fails', () => {
  it('leaves the old grant in use while that is valid, without hammering the service', async () => {
    const client = clientWith();
    const first = await client.grant(uploadX);
    service.answer = (_, response) => sendJson(response, 503, unavailable);
    now = START + LIFE - MINUTE;
    expect(await client.grant(uploadX)).toBe(first);
    expect(await client.grant(uploadX)).toBe(first);
    expect(service.requests).toHaveLength(2);
    now += 30_000;
    expect(await client.grant(uploadX)).toBe(first);
    expect(service.requests).toHaveLength(3);
    now = START + LIFE;
    expect((await failure(client)).code).toBe('ChainUnavailable');
  });

  it('never gives out an expired grant in the pause before the next attempt', async () => {
    const client = clientWith();
    await client.grant(uploadX);
    service.answer = (_, response) => sendJson(response, 503, unavailable);
    now = START + LIFE - 1_000;
    await client.grant(uploadX);
    now = START + LIFE;
    expect((await failure(client)).code).toBe('ChainUnavailable');
  });

  it('is an error for whoever the old grant is of no use to', async () => {
    const client = clientWith();
    const first = await client.grant(uploadX);
    service.answer = (_, response) => sendJson(response, 503, unavailable);
    const forced = await failure(client, uploadX, { forceRefresh: true });
    expect(forced.code).toBe('ChainUnavailable');
    expect(await client.grant(uploadX)).toBe(first);
  });
});

function refusal(code: string, more: Record<string, unknown>) {
  return { request_id: 'request-9', error: { code, message: 'Do this, then that.', ...more } };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
