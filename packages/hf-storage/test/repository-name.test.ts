import { readFileSync } from 'node:fs';
import { addressOf, type HotkeyAddress, isHotkeyAddress } from '@data-universe/core-auth';
import { SOURCE_NAMES } from '@data-universe/dataset';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RepositoryNameError, repositoryName, repositoryUid } from '../src/index.ts';

interface Vector {
  readonly hotkey: string;
  readonly uid: number;
  readonly repositories: readonly {
    readonly user: string;
    readonly source: 'reddit' | 'x';
    readonly name: string;
  }[];
}

const file = new URL('../vectors/repository-names.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

function address(text: string): HotkeyAddress {
  if (!isHotkeyAddress(text)) throw new Error(`${text} is not an address`);
  return text;
}

const hotkeys = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(addressOf);
const alice = address('5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY');

const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof RepositoryNameError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('the vectors of another language', () => {
  it.each(vectors)('give $hotkey the number $uid', ({ hotkey, uid, repositories }) => {
    expect(repositoryUid(address(hotkey))).toBe(uid);
    for (const { user, source, name } of repositories) {
      expect(repositoryName({ user, source, hotkey: address(hotkey) })).toBe(name);
    }
  });
});

describe('repositoryUid', () => {
  it('is a whole number from 0 to 255, the same each time', () => {
    fc.assert(
      fc.property(hotkeys, (hotkey) => {
        const uid = repositoryUid(hotkey);
        expect(Number.isInteger(uid) && uid >= 0 && uid <= 255).toBe(true);
        expect(repositoryUid(hotkey)).toBe(uid);
      }),
    );
  });

  it.each(['', 'alice', alice.toLowerCase(), `${alice} `, `0x${'00'.repeat(32)}`])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => repositoryUid(text as HotkeyAddress))).toBe('InvalidHotkey');
    },
  );
});

describe('repositoryName', () => {
  it.each(['a', 'some-user', 'Some.Org', 'user_1', 'a'.repeat(96)])(
    'accepts the user %j',
    (user) => {
      expect(repositoryName({ user, source: 'x', hotkey: alice })).toBe(`${user}/x_dataset_81`);
    },
  );

  it.each([
    '',
    '-user',
    'user-',
    '.user',
    'user.',
    'a--b',
    'a..b',
    '..',
    'a/b',
    'a b',
    'a\n',
    'ü',
    'a'.repeat(97),
    'user?x=1',
    'user%2Fother',
  ])('refuses the user %j', (user) => {
    expect(codeOf(() => repositoryName({ user, source: 'x', hotkey: alice }))).toBe('InvalidUser');
  });

  it('has no place for YouTube', () => {
    const call = () => repositoryName({ user: 'user', source: 'youtube', hotkey: alice });
    expect(codeOf(call)).toBe('UnsupportedSource');
    expect(call).toThrow('youtube has no dataset on Hugging Face: only reddit and x do');
  });

  it('never yields anything but one user and one name, whatever is given', () => {
    const SHAPE = /^[\w.-]{1,96}\/(reddit|x)_dataset_(0|[1-9]\d{0,2})$/;
    const user = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constant('user'));
    fc.assert(
      fc.property(user, fc.constantFrom(...SOURCE_NAMES), hotkeys, (name, source, hotkey) => {
        try {
          expect(repositoryName({ user: name, source, hotkey })).toMatch(SHAPE);
        } catch (error) {
          expect(error).toBeInstanceOf(RepositoryNameError);
        }
      }),
    );
  });
});
