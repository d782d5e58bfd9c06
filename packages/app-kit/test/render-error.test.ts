import { AccessError } from '@data-universe/core-auth';
import { StorageError } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { describeError, renderError } from '../src/index.ts';
import { loadError } from './support/load.ts';

describe('an error for a person', () => {
  it('says what happened and what to do next', () => {
    const error = new StorageError({
      code: 'Unavailable',
      operation: 'put',
      key: 'data/x/a.parquet',
      message: 'the store does not answer',
    });
    expect(renderError(error)).toBe(
      'error: put "data/x/a.parquet": the store does not answer (Unavailable)\n' +
        'This may pass: run the same command again later.\n',
    );
  });

  it('lists every problem of a configuration', async () => {
    const error = await loadError({ yaml: 'netiud: 1\nnetwork: 5\n' });
    expect(renderError(error)).toBe(`error: the configuration has 2 problems:
  data-universe.yaml:1:1: netiud: unknown key: did you mean netuid?
  data-universe.yaml:2:1: network: expected a network name in lower-case letters, digits and hyphens, such as "finney", found the number 5
`);
  });

  it.each([
    ['ENOSPC', /The disk is full/],
    ['EACCES', /permissions/],
    ['ECONNREFUSED', /Nothing answers there/],
  ])('advises on %s of the system, deep in its causes', (code, advice) => {
    const system = Object.assign(new Error('system'), { code });
    const error = new Error('could not publish', {
      cause: new Error('in between', { cause: system }),
    });
    expect(renderError(error)).toMatch(advice);
  });

  it('tells what a failed fetch hides in its cause', () => {
    const error = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' }),
    });
    expect(renderError(error)).toContain('fetch failed: connect ECONNREFUSED 127.0.0.1:9');
  });

  it('names the request and the wait that the service asks for', () => {
    const error = new AccessError({
      code: 'QuotaExceeded',
      message: 'too many requests of this hotkey',
      retryable: true,
      retryAfterSeconds: 90,
      requestId: 'r-1',
    });
    expect(renderError(error)).toBe(
      'error: too many requests of this hotkey\n' +
        'This may pass: run the same command again in 1 min 30 s.\nrequest r-1\n',
    );
  });

  it('leaves advice to an error that says what to do itself, and names a request once', () => {
    const cause = Object.assign(new Error('file is not a database'), { code: 'SQLITE_NOTADB' });
    const error = Object.assign(
      new Error('the ledger is damaged: the next run rebuilds it (r-1)'),
      {
        code: 'LedgerCorrupt',
        retryable: false,
        requestId: 'r-1',
        cause,
      },
    );
    expect(renderError(error)).toBe(
      'error: the ledger is damaged: the next run rebuilds it (r-1)\n',
    );
  });

  it('escapes control characters of anything remote', () => {
    const error = Object.assign(new Error('said \u001b[2J\u202E'), { requestId: '\u0007x' });
    expect(renderError(error)).toBe('error: said \\u001b[2J\\u202e\nrequest \\u0007x\n');
  });

  it('has colours only where they are wanted', () => {
    expect(renderError(new Error('x'), { color: true })).toContain('\u001b[31merror:');
    expect(renderError(new Error('x'), { color: false })).toBe('error: x\n');
  });

  it('has stacks only for debugging, those of its causes included', () => {
    const error = new Error('outer', { cause: new RangeError('inner') });
    expect(renderError(error)).toBe('error: outer\n');
    const text = renderError(error, { debug: true });
    expect(text).toContain('Error: outer\n    at ');
    expect(text).toContain('caused by RangeError: inner\n    at ');
  });

  it.each<[unknown, string]>([
    ['a string', 'error: a string\n'],
    [undefined, 'error: undefined\n'],
    [new RangeError(''), 'error: RangeError\n'],
  ])('renders a thrown %s', (thrown, text) => {
    expect(renderError(thrown)).toBe(text);
  });
});

describe('an error for a machine', () => {
  it('has a stable code, and whether to retry', () => {
    const error = new AccessError({
      code: 'NotRegistered',
      message: 'register the hotkey',
      requestId: 'r-1',
    });
    expect(describeError(error)).toEqual({
      error: {
        code: 'NotRegistered',
        message: 'register the hotkey',
        retryable: false,
        exit_code: 2,
        request_id: 'r-1',
      },
    });
  });

  it('lists the problems of a configuration', async () => {
    const error = await loadError({ env: { DATA_UNIVERSE_USE_S3: 'maybe' } });
    expect(describeError(error).error).toMatchObject({
      code: 'ConfigInvalid',
      exit_code: 2,
      problems: [
        {
          key: 'storage.use_s3',
          origin: 'DATA_UNIVERSE_USE_S3 (environment)',
          message: 'expected true or false (or 1, 0, yes, no), found "maybe"',
        },
      ],
    });
  });

  it('is named after its class where it has no code', () => {
    expect(describeError(new RangeError('far')).error.code).toBe('RangeError');
    expect(describeError(new Error('x')).error.code).toBe('Unknown');
  });
});
