import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { environmentCredentials } from '../src/aws/aws-credentials.ts';
import { AwsRequestError } from '../src/aws/aws-request-error.ts';
import { SignedFetch, type SignedFetchOptions } from '../src/aws/signed-fetch.ts';
import { expectedSignature, sha256Hex } from './sigv4-oracle.ts';

// The worked examples of the Amazon S3 API reference.
const EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const EXAMPLE_TIME = Date.UTC(2013, 4, 24);
const SESSION = { ...EXAMPLE, sessionToken: 'the/session+token==' };

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function startServer(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

function client(endpoint: string, changes: Partial<SignedFetchOptions> = {}): SignedFetch {
  return new SignedFetch({
    service: 'sts',
    region: 'eu-west-1',
    endpoint,
    credentials: () => SESSION,
    ...changes,
  });
}

const post = { headers: { 'content-type': 'text/plain' }, body: 'the body' };

async function faultOf(work: Promise<unknown>): Promise<AwsRequestError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof AwsRequestError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe('a signed POST', () => {
  test('carries the signature that its receiver computes, and the session token', async () => {
    let seen: { readonly authorization: string; readonly expected: string } | undefined;
    const endpoint = await startServer((request, response, body) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const authorization = headers.authorization ?? '';
      const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
      const { method = '', url: target = '' } = request;
      const received = { method, target, headers, payloadHash: sha256Hex(body) };
      const expected = expectedSignature(SESSION.secretAccessKey, received, {
        date: headers['x-amz-date'] ?? '',
        region: 'eu-west-1',
        service: 'dynamodb',
        signedHeaders,
      });
      expect(signedHeaders).toEqual(
        expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']),
      );
      seen = { authorization, expected };
      response.end(`got ${body}`);
    });
    const answer = await client(endpoint, { service: 'dynamodb' }).post({
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB.PutItem' },
      body: '{"a":"ü"}',
    });
    expect(answer).toEqual({ status: 200, text: 'got {"a":"ü"}' });
    expect(seen?.authorization).toContain(`Signature=${seen?.expected}`);
  });

  test('is signed at the given time with whatever the provider gives at that moment', async () => {
    const seen: string[] = [];
    const endpoint = await startServer((request, response) => {
      seen.push(`${request.headers['x-amz-date']} ${request.headers.authorization?.slice(0, 60)}`);
      response.end();
    });
    const keys = ['AKIAFIRST', 'AKIASECOND'];
    const renewing = client(endpoint, {
      now: () => EXAMPLE_TIME,
      credentials: async () => ({ ...EXAMPLE, accessKeyId: keys.shift() ?? '' }),
    });
    await renewing.post(post);
    await renewing.post(post);
    expect(seen[0]).toContain('20130524T000000Z AWS4-HMAC-SHA256 Credential=AKIAFIRST/20130524/');
    expect(seen[1]).toContain('Credential=AKIASECOND/');
  });

  test('gives refusals to its caller', async () => {
    const endpoint = await startServer((_, response) => {
      response.writeHead(403);
      response.end('<Error/>');
    });
    await expect(client(endpoint).post(post)).resolves.toEqual({ status: 403, text: '<Error/>' });
  });

  test('keeps the connection for the next one', async () => {
    const ports = new Set<number | undefined>();
    const endpoint = await startServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const same = client(endpoint);
    for (const _ of [1, 2, 3]) await same.post(post);
    expect(ports.size).toBe(1);
  });
});

describe('no answer', () => {
  const cases: Record<string, { handler: Handler; code: string; retryable: boolean }> = {
    'a redirect is not followed': {
      handler: (_, response) => {
        response.writeHead(307, { location: 'http://127.0.0.1:1/' });
        response.end();
      },
      code: 'Redirected',
      retryable: false,
    },
    'an endless answer is cut off': {
      handler: (_, response) => {
        const more = () => response.write('x'.repeat(16_384), () => !response.destroyed && more());
        more();
      },
      code: 'AnswerTooLong',
      retryable: false,
    },
    'a broken connection is told': {
      handler: (request) => request.socket.destroy(),
      code: 'Unreachable',
      retryable: true,
    },
    'silence ends': { handler: () => undefined, code: 'Timeout', retryable: true },
    'an answer that stops half-way ends': {
      handler: (_, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('12345');
      },
      code: 'Timeout',
      retryable: true,
    },
  };

  test.each(Object.entries(cases))('%s', async (_, { handler, code, retryable }) => {
    const endpoint = await startServer(handler);
    const asking = client(endpoint, { timeoutMilliseconds: 300 });
    const error = await faultOf(asking.post(post));
    expect(error).toMatchObject({ code, retryable });
    const shown = inspect([error, asking], { depth: 9, showHidden: true });
    for (const secret of [SESSION.secretAccessKey, SESSION.sessionToken, post.body])
      expect(shown).not.toContain(secret);
    expect(error.message).toContain(new URL(endpoint).host);
  });

  test('a caller that gives up is told so', async () => {
    const endpoint = await startServer(() => undefined);
    const signal = AbortSignal.timeout(20);
    const error = await faultOf(client(endpoint).post({ ...post, signal }));
    expect(error.code).toBe('Aborted');
  });

  test('a provider that fails is told without what it said', async () => {
    const credentials = () => {
      throw new Error('found the-secret');
    };
    const error = await faultOf(client('http://127.0.0.1:1', { credentials }).post(post));
    expect(error.code).toBe('NoCredentials');
    expect(inspect(error)).not.toContain('the-secret');
  });
});

describe('credentials of the environment', () => {
  test('are those of AWS', async () => {
    const provider = environmentCredentials({
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
    });
    expect(await provider()).toEqual({
      accessKeyId: 'AKIA',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  test('are missed when a request is made, not before', async () => {
    const asking = client('http://127.0.0.1:1', { credentials: environmentCredentials({}) });
    expect((await faultOf(asking.post(post))).code).toBe('NoCredentials');
  });
});

test.each([
  ['http over a network', { endpoint: 'http://sts.example' }],
  ['another protocol', { endpoint: 'ftp://127.0.0.1' }],
  ['a user name', { endpoint: 'https://user@sts.example' }],
  ['a path', { endpoint: 'https://sts.example/path' }],
  ['a query', { endpoint: 'https://sts.example/?a=b' }],
  ['no URL', { endpoint: 'sts' }],
  ['a region that leads to another host', { region: 'evil.example/' }],
])('%s is refused', (_, changes) => {
  const options = { service: 'sts', region: 'us-east-1', ...changes } as const;
  expect(() => new SignedFetch(options)).toThrow(Object.keys(changes)[0]);
});
