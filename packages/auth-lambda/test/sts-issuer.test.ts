import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { credentialsIn } from '../src/grant/sts-answer.ts';
import {
  grantedPrefixes,
  type IssueOrder,
  IssuerUnavailableError,
  StsIssuer,
  type StsIssuerOptions,
  sessionPolicy,
} from '../src/index.ts';
import { ask, makeService, miner, refusalOf, uploadRequest } from './service-fixture.ts';
import { closedPort, GRANTED, SECRETS, type StsAnswer, startSts, stsError } from './sts-double.ts';

const ROLES = {
  uploadRoleArn: 'arn:aws:iam::123456789012:role/uploader',
  readRoleArn: 'arn:aws:iam::123456789012:role/reader',
};
const SERVICE = { accessKeyId: 'AKIASERVICE', secretAccessKey: 'service-secret' };

function makeIssuer(endpoint: string, changes: Partial<StsIssuerOptions> = {}): StsIssuer {
  return new StsIssuer({
    region: 'us-east-1',
    endpoint,
    credentials: SERVICE,
    ...ROLES,
    ...changes,
  });
}

function orderOf(action: IssueOrder['action']): IssueOrder {
  const prefixes = grantedPrefixes({ action: 'upload', hotkey: miner.address, source: 'x' });
  const policy = sessionPolicy({ action, bucket: 'data-universe-storage', prefixes });
  return { action, hotkey: miner.address, policy };
}

describe('issuing', () => {
  test.each(['upload', 'read'] as const)('sends a signed AssumeRole for %s', async (action) => {
    const { endpoint, seen } = await startSts(GRANTED);
    const order = orderOf(action);
    const credentials = await makeIssuer(endpoint).issue(order);
    expect(credentials).toEqual({ ...SECRETS, expiration: new Date('2030-01-02T03:04:05Z') });

    const [request] = seen;
    const form = Object.fromEntries(request?.form ?? []);
    expect(form).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: action === 'upload' ? ROLES.uploadRoleArn : ROLES.readRoleArn,
      RoleSessionName: `${action}-${miner.address}`,
      SourceIdentity: miner.address,
      DurationSeconds: '900',
      Policy: order.policy,
    });
    expect(form.RoleSessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIASERVICE\/\d{8}\/us-east-1\/sts\//,
    );
  });

  test('leaves the source identity out for servers that do not take it', async () => {
    const { endpoint, seen } = await startSts(GRANTED);
    await makeIssuer(endpoint, { sendSourceIdentity: false }).issue(orderOf('upload'));
    expect(seen[0]?.form.has('SourceIdentity')).toBe(false);
  });

  test('asks for the configured lifetime', async () => {
    const { endpoint, seen } = await startSts(GRANTED);
    await makeIssuer(endpoint, { sessionSeconds: 3600 }).issue(orderOf('upload'));
    expect(seen[0]?.form.get('DurationSeconds')).toBe('3600');
  });

  test('repeats a request that the server was too busy for', async () => {
    const { endpoint, seen } = await startSts(stsError(503, 'ServiceUnavailable', 'busy'), GRANTED);
    await makeIssuer(endpoint).issue(orderOf('upload'));
    expect(seen).toHaveLength(2);
  });
});

describe('failing', () => {
  const answers: Record<string, StsAnswer> = {
    'access denied': stsError(403, 'AccessDenied', 'echo service-secret'),
    'a packed policy that is too large': stsError(400, 'PackedPolicyTooLarge', 'echo'),
    'an error without a code': { status: 403, body: '' },
    'an error that is not XML': { status: 500, body: 'service-secret' },
    'a name made to break a log': stsError(400, 'x'.repeat(5000), 'echo'),
    'an empty answer': { status: 200, body: '' },
    'an answer without credentials': {
      status: 200,
      body: '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>',
    },
    silence: undefined,
  };

  test.each(Object.entries(answers))('%s is IssuerUnavailable', async (_, answer) => {
    const { endpoint } = await startSts(answer);
    const issuer = makeIssuer(endpoint, { timeoutMilliseconds: 300 });
    const error = await issuer.issue(orderOf('upload')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IssuerUnavailableError);
    expect(error).toMatchObject({ code: 'IssuerUnavailable', retryable: true });
    const shown = inspect([error, issuer], { depth: 9 });
    for (const secret of [SERVICE.secretAccessKey, miner.address])
      expect(shown).not.toContain(secret);
    expect(String(error).length).toBeLessThan(200);
  });

  test('a server that is not there is IssuerUnavailable', async () => {
    const issuer = makeIssuer(`http://127.0.0.1:${await closedPort()}`);
    await expect(issuer.issue(orderOf('upload'))).rejects.toThrow(/ECONNREFUSED/);
  });

  test('a caller that gives up ends the wait', async () => {
    const { endpoint } = await startSts(undefined);
    const waiting = makeIssuer(endpoint).issue(orderOf('upload'), AbortSignal.timeout(20));
    await expect(waiting).rejects.toThrow(IssuerUnavailableError);
  });

  test('reaches the user as IssuerUnavailable, and the operator with its reason', async () => {
    const { endpoint } = await startSts(stsError(403, 'AccessDenied', 'echo'));
    const config = { issuer_timeout_ms: 5_000 };
    const service = makeService({ issuer: makeIssuer(endpoint) }, config);
    const output = await ask(service, uploadRequest());
    expect(refusalOf(output).code).toBe('IssuerUnavailable');
    expect(output.body).not.toContain('AccessDenied');
    expect(service.audit.records[0]?.fault).toContain('AccessDenied, HTTP 403');
  });
});

test.each([
  ['a session under 900 seconds', { sessionSeconds: 899 }],
  ['a session over 3,600 seconds', { sessionSeconds: 3601 }],
  ['a role that is no ARN', { uploadRoleArn: 'uploader' }],
  ['an endpoint that is no URL', { endpoint: 'sts' }],
])('%s is refused', (_, changes) => {
  const options = { region: 'us-east-1', ...ROLES, ...changes };
  expect(() => new StsIssuer(options)).toThrow(Object.keys(changes)[0]);
});

describe('credentials in an answer', () => {
  const elements = {
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 'a+b/c=',
    SessionToken: 'IQoJb3JpZ2luX2VjEA//wE=',
    Expiration: '2030-01-02T03:04:05.678901234Z',
  };
  const answer = (inner: string) =>
    `<?xml version="1.0"?><AssumeRoleResponse><AssumeRoleResult>${inner}</AssumeRoleResult></AssumeRoleResponse>`;
  const credentials = (values: object) =>
    `<Credentials>${Object.entries(values)
      .map(([name, value]) => `\n  <${name}>${value}</${name}>`)
      .join('')}\n</Credentials>`;

  test('are read in any order, beside whatever else is there', () => {
    const shuffled = Object.fromEntries(Object.entries(elements).reverse());
    const user = '<AssumedRoleUser><Arn>arn:aws:sts::1:a/b</Arn></AssumedRoleUser>';
    const xml = answer(`${user}${credentials(shuffled)}<PackedPolicySize>7</PackedPolicySize>`);
    expect(credentialsIn(xml)).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'a+b/c=',
      sessionToken: 'IQoJb3JpZ2luX2VjEA//wE=',
      expiration: new Date('2030-01-02T03:04:05.678Z'),
    });
  });

  test.each<readonly [string, string]>([
    ['none', answer('')],
    ['two of them', answer(credentials(elements) + credentials(elements))],
    ['one that does not end', answer('<Credentials>')],
    ...Object.keys(elements).map((name) => {
      const { [name]: _, ...others } = elements as Record<string, string>;
      return [`no ${name}`, answer(credentials(others))] as const;
    }),
    [
      'a value that is there twice',
      answer(
        credentials(elements).replace(
          '</Credentials>',
          '<AccessKeyId>B</AccessKeyId></Credentials>',
        ),
      ),
    ],
    ['an entity', answer(credentials({ ...elements, SessionToken: 'a&amp;b' }))],
    ['CDATA', answer(credentials({ ...elements, SessionToken: '<![CDATA[a]]>' }))],
    ['an empty value', answer(credentials({ ...elements, SecretAccessKey: '' }))],
    ['no time', answer(credentials({ ...elements, Expiration: '1893553445' }))],
  ])('are not taken from an answer with %s', (_, xml) => {
    expect(credentialsIn(xml)).toBeUndefined();
  });
});
