import { AccessError, WalletError } from '@data-universe/core-auth';
import { StorageError, type StorageErrorCode } from '@data-universe/storage-core';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { ConfigError, exitCodeFor, UsageError } from '../src/index.ts';

const storage = (code: StorageErrorCode): StorageError =>
  new StorageError({ code, operation: 'put', message: 'as told' });
const system = (code: string): Error => Object.assign(new Error(code), { code });

describe('exitCodeFor', () => {
  it.each<[string, unknown, number]>([
    ['a configuration error', new ConfigError('ConfigInvalid', 'bad'), 2],
    ['a usage error', new UsageError('no such miner'), 2],
    ['a wallet error', new WalletError('NotFound', 'no wallet'), 2],
    ['an unknown option', new CommanderError(1, 'commander.unknownOption', 'unknown'), 2],
    ['a missing subcommand', new CommanderError(1, 'commander.help', '(outputHelp)'), 2],
    ['help that was asked for', new CommanderError(0, 'commander.helpDisplayed', ''), 0],
    ['a store that is down', storage('Unavailable'), 3],
    ['a store that throttles', storage('RateLimited'), 3],
    ['a refused permission', storage('PermissionDenied'), 2],
    ['an object that is not there', storage('NotFound'), 1],
    ['a wrong checksum', storage('ChecksumMismatch'), 1],
    [
      'an unregistered hotkey',
      new AccessError({ code: 'NotRegistered', message: 'register it' }),
      2,
    ],
    [
      'a chain that does not answer',
      new AccessError({ code: 'ChainUnavailable', message: 'later', retryable: true }),
      3,
    ],
    [
      'a manifest with a wrong signature',
      Object.assign(new Error('altered'), {
        name: 'ManifestError',
        code: 'BadSignature',
        retryable: false,
      }),
      1,
    ],
    ['a wrong clock', new AccessError({ code: 'ClockSkew', message: 'set it' }), 2],
    ['a refused connection', system('ECONNREFUSED'), 3],
    ['a name that does not resolve', system('ENOTFOUND'), 3],
    ['a database that is locked', system('SQLITE_BUSY'), 3],
    ['a database that is not there', system('SQLITE_CANTOPEN'), 2],
    ['a full disk', system('ENOSPC'), 1],
    ['a bug', new TypeError('x is not a function'), 1],
    ['a string', 'oops', 1],
    ['nothing', undefined, 1],
  ])('%s', (_name, error, code) => {
    expect(exitCodeFor(error)).toBe(code);
  });

  it('looks into the causes where an error says nothing of its own', () => {
    const error = new TypeError('fetch failed', { cause: system('ECONNREFUSED') });
    expect(exitCodeFor(new Error('no manifest', { cause: error }))).toBe(3);
  });

  it("takes an error's own word over that of its cause", () => {
    const error = Object.assign(new Error('spoilt', { cause: system('ECONNRESET') }), {
      retryable: false,
    });
    expect(exitCodeFor(error)).toBe(1);
  });

  it('is 3 where all of several failures are, and 1 where they are mixed', () => {
    const down = storage('Unavailable');
    expect(exitCodeFor(new AggregateError([down, down]))).toBe(3);
    expect(exitCodeFor(new AggregateError([down, new Error('bug')]))).toBe(1);
  });

  it('ends on causes that go round in a circle', () => {
    const error = new Error('snake');
    error.cause = error;
    expect(exitCodeFor(error)).toBe(1);
  });
});
