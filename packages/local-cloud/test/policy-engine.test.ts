import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePolicies, isAllowed } from '../src/iam/evaluate.ts';
import { matchesWildcard } from '../src/iam/match.ts';
import { MalformedPolicyError, parsePolicy, parsePolicyText } from '../src/iam/policy-schema.ts';
import type { SessionPrincipal } from '../src/iam/principal.ts';

/** The definition of a wildcard match, one character at a time. */
function oracle(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*')
    return oracle(rest, text) || (text !== '' && oracle(pattern, text.slice(1)));
  return (
    text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && oracle(rest, text.slice(1))
  );
}

describe('a wildcard', () => {
  it('matches what its definition says', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(matchesWildcard(p, t)).toBe(oracle(p, t));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes the characters of regular expressions for themselves', () => {
    expect(matchesWildcard('a.c', 'abc')).toBe(false);
    expect(matchesWildcard('[a-z]+', '[a-z]+')).toBe(true);
    expect(matchesWildcard('(', 'x')).toBe(false);
    expect(matchesWildcard('d?ta', 'd🎉ta')).toBe(true);
  });

  it('is not slowed down by a hostile pattern', () => {
    expect(matchesWildcard(`${'*a'.repeat(500)}b`, 'a'.repeat(1000))).toBe(false);
  });
});

const BUCKET = 'arn:aws:s3:::bucket';
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.subarray(['s3:GetObject', 's3:Put*', 's3:*', '*'], { minLength: 1 }),
  Resource: fc.subarray([`${BUCKET}/a/*`, `${BUCKET}/*`, BUCKET, '*'], { minLength: 1 }),
  Condition: fc.constantFrom(
    {},
    { StringLike: { 's3:prefix': 'a/*' } },
    { StringNotEquals: { 's3:prefix': ['a/', 'b/'] } },
    { Null: { 's3:if-none-match': 'true' } },
    { Bool: { 'aws:SecureTransport': 'false' } },
  ),
});
const policy = fc
  .array(statement, { minLength: 1, maxLength: 4 })
  .map((Statement) => parsePolicy({ Version: '2012-10-17', Statement }, 'identity'));
const request = fc.record({
  action: fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:ListBucket'),
  resource: fc.constantFrom(BUCKET, `${BUCKET}/a/1`, `${BUCKET}/b`),
  context: fc
    .subarray([
      ['s3:prefix', 'a/x'],
      ['s3:if-none-match', '*'],
      ['aws:securetransport', 'false'],
    ] as Array<[string, string]>)
    .map((entries) => new Map(entries)),
});

function session(
  policies: SessionPrincipal['policies'],
  sessionPolicy?: SessionPrincipal['sessionPolicy'],
) {
  const principal: SessionPrincipal = {
    kind: 'session',
    arn: 'arn:aws:sts::123456789012:assumed-role/r/s',
    arns: [],
    userId: 'AROA:s',
    account: '123456789012',
    policies,
    roleArn: 'arn:aws:iam::123456789012:role/r',
    issuedAt: 0,
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
  };
  return principal;
}

describe('the engine', () => {
  it('allows a session what both its role and its session policy allow, and nothing else', () => {
    fc.assert(
      fc.property(policy, policy, request, (role, narrowed, asked) => {
        const both = isAllowed(session([role], narrowed), asked);
        expect(both).toBe(
          evaluatePolicies([role], asked) === 'allow' &&
            evaluatePolicies([narrowed], asked) === 'allow',
        );
        if (both) expect(isAllowed(session([role]), asked)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('lets a Deny win, wherever it stands', () => {
    const deny = parsePolicy(
      { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } },
      'identity',
    );
    const denyAll = parsePolicy(
      { Statement: { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } },
      'bucket',
    );
    fc.assert(
      fc.property(policy, request, (other, asked) => {
        expect(isAllowed(session([other, deny]), asked)).toBe(false);
        expect(isAllowed(session([other], deny), asked)).toBe(false);
        expect(isAllowed(session([other]), asked, [denyAll])).toBe(false);
      }),
    );
  });

  it('lets a bucket policy deny by source identity and by missing If-None-Match', () => {
    const allow = parsePolicy(
      { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
      'identity',
    );
    const bucket = parsePolicy(
      {
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: `${BUCKET}/*`,
            Condition: { StringEquals: { 'aws:SourceIdentity': 'banned' } },
          },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:PutObject',
            Resource: `${BUCKET}/*`,
            Condition: {
              Null: { 's3:if-none-match': 'true' },
              Bool: { 's3:ObjectCreationOperation': 'true' },
            },
          },
        ],
      },
      'bucket',
    );
    const ask = (action: string, context: Array<[string, string]>) =>
      isAllowed(session([allow]), { action, resource: `${BUCKET}/k`, context: new Map(context) }, [
        bucket,
      ]);
    expect(ask('s3:GetObject', [['aws:sourceidentity', 'banned']])).toBe(false);
    expect(ask('s3:GetObject', [['aws:sourceidentity', 'other']])).toBe(true);
    expect(ask('s3:PutObject', [['s3:objectcreationoperation', 'true']])).toBe(false);
    expect(ask('s3:PutObject', [['s3:objectcreationoperation', 'false']])).toBe(true);
    expect(
      ask('s3:PutObject', [
        ['s3:objectcreationoperation', 'true'],
        ['s3:if-none-match', '*'],
      ]),
    ).toBe(true);
  });

  it.each([
    ['NumericLessThanEquals', 's3:max-keys', '10', '10', '11'],
    [
      'DateGreaterThan',
      'aws:TokenIssueTime',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:01Z',
      '2025-12-31T23:59:59Z',
    ],
    [
      'DateLessThan',
      'aws:TokenIssueTime',
      '2026-01-01T00:00:00Z',
      '2025-12-31T23:59:59Z',
      '2026-01-01T00:00:00Z',
    ],
    ['StringEquals', 's3:delimiter', '/', '/', '//'],
    ['StringLike', 's3:prefix', 'a/?', 'a/b', 'a/'],
  ])('compares by %s', (operator, key, wanted, holding, failing) => {
    const allow = parsePolicy(
      {
        Statement: {
          Effect: 'Allow',
          Action: '*',
          Resource: '*',
          Condition: { [operator]: { [key]: wanted } },
        },
      },
      'identity',
    );
    const ask = (value: string | undefined) =>
      evaluatePolicies([allow], {
        action: 's3:ListBucket',
        resource: BUCKET,
        context: new Map(value === undefined ? [] : [[key.toLowerCase(), value]]),
      });
    expect(ask(holding)).toBe('allow');
    expect(ask(failing)).toBe('none');
    expect(ask(undefined)).toBe('none');
  });

  it('takes NotAction and NotResource for what they do not name', () => {
    const other = parsePolicy(
      { Statement: { Effect: 'Allow', NotAction: 's3:Delete*', NotResource: `${BUCKET}/a/*` } },
      'identity',
    );
    const ask = (action: string, resource: string) =>
      evaluatePolicies([other], { action, resource, context: new Map() });
    expect(ask('s3:GetObject', `${BUCKET}/b`)).toBe('allow');
    expect(ask('s3:DeleteObject', `${BUCKET}/b`)).toBe('none');
    expect(ask('s3:GetObject', `${BUCKET}/a/1`)).toBe('none');
  });
});

describe('a policy document', () => {
  it('is parsed or refused as malformed, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (document) => {
        try {
          parsePolicy(document, 'identity');
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedPolicyError);
        }
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parsePolicyText(text, 'identity')).toThrow(MalformedPolicyError);
      }),
    );
  });
});
