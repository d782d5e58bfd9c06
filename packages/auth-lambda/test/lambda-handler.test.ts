import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AccessInput } from '../src/index.ts';
import { readLambdaEnvironment } from '../src/lambda/lambda-environment.ts';
import { createLambdaHandler, type LambdaHttpAnswer } from '../src/lambda/lambda-handler.ts';
import { lambdaService } from '../src/lambda/lambda-service.ts';
import { CLIENT_ADDRESS, makeService, miner, uploadRequest } from './service-fixture.ts';

const HEADERS = { 'Content-Type': 'application/json', 'X-Forwarded-For': '198.51.100.9' };

/** A function whose service remembers what it was given. */
function makeLambda() {
  const service = makeService();
  const inputs: AccessInput[] = [];
  const handler = createLambdaHandler((input) => {
    inputs.push(input);
    return service.handler(input);
  });
  const byHttp = async (event: object) => (await handler(event)) as LambdaHttpAnswer;
  return { ...service, handler, byHttp, inputs };
}

const formatOne = (body: string | null, changes: object = {}) => ({
  httpMethod: 'POST',
  headers: HEADERS,
  requestContext: { identity: { sourceIp: CLIENT_ADDRESS } },
  body,
  isBase64Encoded: false,
  ...changes,
});
const formatTwo = (body: string | undefined, changes: object = {}) => ({
  version: '2.0',
  headers: HEADERS,
  requestContext: { http: { method: 'POST', sourceIp: CLIENT_ADDRESS } },
  body,
  isBase64Encoded: false,
  ...changes,
});

const signed = () => JSON.stringify(uploadRequest());
const inBase64 = (text: string) => Buffer.from(text).toString('base64');

describe('an event', () => {
  test.each([
    ['of format 1.0', () => formatOne(signed())],
    ['of format 1.0 in an HTTP API', () => formatOne(signed(), { version: '1.0' })],
    ['of format 2.0', () => formatTwo(signed())],
    ['of format 2.0 in base64', () => formatTwo(inBase64(signed()), { isBase64Encoded: true })],
    ['of format 1.0 in base64', () => formatOne(inBase64(signed()), { isBase64Encoded: true })],
    ['without headers', () => formatOne(signed(), { headers: null })],
  ])('%s is served, at the address that the gateway saw', async (_, makeEvent) => {
    const { byHttp, inputs, audit } = makeLambda();
    const answer = await byHttp(makeEvent());
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(answer.body).prefixes).toEqual([`data/x/${miner.address}/`]);
    expect(inputs[0]?.sourceAddress).toBe(CLIENT_ADDRESS);
    expect(audit.records[0]?.source_address).toBe(CLIENT_ADDRESS);
  });

  test('has its headers in lower case', async () => {
    const { byHttp, inputs } = makeLambda();
    await byHttp(formatOne(signed()));
    expect(Object.keys(inputs[0]?.headers ?? {})).toEqual(['content-type', 'x-forwarded-for']);
  });

  test('that is a request itself gets the document itself', async () => {
    const { handler } = makeLambda();
    const granted = await handler(uploadRequest());
    expect(granted).toMatchObject({ prefixes: [`data/x/${miner.address}/`] });
    const refused = await handler({ key1: 'value1' });
    expect(refused).toMatchObject({ error: { code: 'BadRequest' } });
  });

  test.each([
    ['a load balancer', { requestContext: { elb: {} }, httpMethod: 'POST', body: '' }],
    ['a web socket', { requestContext: { connectionId: 'id' }, body: '' }],
    [
      'an address that is no text',
      formatTwo('', { requestContext: { http: { method: 'POST', sourceIp: 1 } } }),
    ],
    ['a body that is no text', formatTwo(undefined, { body: { a: 1 } })],
    ['nothing', undefined],
    ['a text', 'text'],
    ['a list', []],
  ])('of %s is refused with what to do', async (_, event) => {
    const { handler, inputs } = makeLambda();
    const answer = (await handler(event)) as LambdaHttpAnswer;
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body).error).toMatchObject({ code: 'BadRequest', retryable: false });
    expect(inputs).toEqual([]);
  });

  test.each(['GET', 'OPTIONS', 'PUT'])('with the method %s gets 405', async (method) => {
    const { byHttp } = makeLambda();
    const requestContext = { http: { method, sourceIp: CLIENT_ADDRESS } };
    const answer = await byHttp(formatTwo(signed(), { requestContext }));
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  });

  test.each([
    ['text', (body: string) => formatTwo(body)],
    ['base64', (body: string) => formatTwo(inBase64(body), { isBase64Encoded: true })],
    ['a direct invocation', (body: string) => ({ body })],
  ])('with megabytes, as %s, is TooLarge and never read whole', async (_, makeEvent) => {
    const { handler, inputs } = makeLambda();
    const answer = await handler(makeEvent('ü'.repeat(3_000_000)));
    expect(JSON.stringify(answer)).toContain('TooLarge');
    const { body } = inputs[0] ?? {};
    expect(body instanceof Uint8Array ? body.byteLength : 0).toBeLessThan(20_000);
  });

  test('comes with its bytes as they were sent, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 8_192 }), async (bytes) => {
        const { byHttp, inputs } = makeLambda();
        const body = Buffer.from(bytes).toString('base64');
        await byHttp(formatTwo(body, { isBase64Encoded: true }));
        expect(Buffer.from(inputs[0]?.body as Uint8Array).equals(bytes)).toBe(true);
      }),
    );
  });

  test('of whatever shape is answered', async () => {
    const { handler } = makeLambda();
    await fc.assert(
      fc.asyncProperty(
        fc.object({
          key: fc.constantFrom(
            'version',
            'requestContext',
            'http',
            'identity',
            'body',
            'headers',
            'sourceIp',
            'method',
          ),
        }),
        async (event) => {
          expect(JSON.stringify(await handler(event))).toMatch(/BadRequest|TooManyRequests/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the environment', () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'ASIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
    DATA_UNIVERSE_AUDIENCE: 'https://auth.example.com/auth',
    DATA_UNIVERSE_NETWORK: 'finney',
    DATA_UNIVERSE_NETUID: '13',
    DATA_UNIVERSE_BUCKET: 'my-bucket',
    DATA_UNIVERSE_REGION: 'us-east-1',
    DATA_UNIVERSE_UPLOAD_ROLE_ARN: 'arn:aws:iam::123456789012:role/upload',
    DATA_UNIVERSE_READ_ROLE_ARN: 'arn:aws:iam::123456789012:role/read',
    DATA_UNIVERSE_STATE_TABLE: 'State',
    DATA_UNIVERSE_CHAIN_ENDPOINTS: 'https://a.example.com,https://b.example.com/key',
  };

  test('is read, and what is optional may be absent', () => {
    const settings = readLambdaEnvironment({
      ...env,
      DATA_UNIVERSE_MIN_STAKE: '1000000000',
      DATA_UNIVERSE_OLDER_FORMS: 'first-upload,tao-v2',
    });
    expect(settings).toMatchObject({
      netuid: 13,
      minStake: 1_000_000_000,
      olderForms: ['first-upload', 'tao-v2'],
      chainEndpoints: ['https://a.example.com', 'https://b.example.com/key'],
      sessionSeconds: undefined,
    });
    expect(() => lambdaService(env, process.stdout)).not.toThrow();
    expect(readLambdaEnvironment({ ...env, DATA_UNIVERSE_OLDER_FORMS: '' }).olderForms).toEqual([]);
  });

  test.each([
    ['DATA_UNIVERSE_BUCKET', undefined],
    ['DATA_UNIVERSE_NETUID', 'thirteen'],
    ['DATA_UNIVERSE_UPLOADS_PER_DAY', '-1'],
    ['DATA_UNIVERSE_OLDER_FORMS', 'first-upload,secret-form'],
    ['DATA_UNIVERSE_STAKE_SOURCE', 'secret-source'],
  ])('is refused where %s is %s, without repeating it', (name, value) => {
    const read = () => readLambdaEnvironment({ ...env, [name]: value });
    expect(read).toThrow(name);
    if (value !== undefined) expect(read).not.toThrow(value);
  });

  test.each([
    ['DATA_UNIVERSE_AUDIENCE', 'auth.example.com'],
    ['DATA_UNIVERSE_BUCKET', 'No Bucket'],
    ['DATA_UNIVERSE_UPLOAD_ROLE_ARN', 'uploader'],
    ['DATA_UNIVERSE_SESSION_SECONDS', '899'],
    ['DATA_UNIVERSE_CHAIN_ENDPOINTS', 'wss://node.example.com'],
    ['DATA_UNIVERSE_CHAIN_ENDPOINTS', ''],
    ['DATA_UNIVERSE_STATE_TABLE', 'a table'],
    ['DATA_UNIVERSE_STS_ENDPOINT', 'http://sts.example.com'],
    ['DATA_UNIVERSE_DYNAMODB_ENDPOINT', 'http://dynamodb.example.com'],
    ['DATA_UNIVERSE_GENESIS_HASH', '0x12'],
  ])('lets no service start where %s is %j', (name, value) => {
    expect(() => lambdaService({ ...env, [name]: value }, process.stdout)).toThrow();
  });
});
