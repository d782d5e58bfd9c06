import { addressOf } from '@data-universe/core-auth';
import { describe, expect, it } from 'vitest';
import { bucketPolicy } from '../src/bucket-policy.ts';
import { resourceNames } from '../src/resource-names.ts';
import { revokeCommand } from '../src/revoke-command.ts';
import { settingsSchema } from '../src/settings.ts';
import { EXAMPLE } from './example.ts';

const [FIRST = '', SECOND = '', THIRD = ''] = [1, 2, 3].map((fill) =>
  addressOf(new Uint8Array(32).fill(fill)),
);
const PLAIN = JSON.stringify(bucketPolicy(resourceNames(settingsSchema.parse(EXAMPLE))));
const bucket = ['--bucket', 'data-universe-example'];
const TIME = '2026-01-02T03:04:05Z';

const run = (policy: string, ...args: string[]) => revokeCommand(args, async () => policy);
const list = async (policy: string) => JSON.parse(await run(policy, '--list', '--json'));

describe.each([[[]], [['--by-session-name']]])('the revoke command %j', (mark) => {
  const revoke = (policy: string, ...args: string[]) => run(policy, ...bucket, ...mark, ...args);

  it('adds hotkey to hotkey, tells of them, and takes each back', async () => {
    const first = await revoke(PLAIN, '--hotkey', FIRST);
    const both = await revoke(first, '--hotkey', SECOND, '--hotkey', FIRST);
    expect(await list(both)).toEqual({
      revokedHotkeys: [FIRST, SECOND],
      revokeSessionsBefore: null,
    });
    const second = await revoke(both, '--undo', FIRST);
    expect(await list(second)).toMatchObject({ revokedHotkeys: [SECOND] });
    const none = await revoke(second, '--undo', SECOND);
    expect(JSON.parse(none)).toEqual(JSON.parse(PLAIN));
  });

  it('keeps the emergency stop apart from the hotkeys', async () => {
    const stopped = await revoke(PLAIN, '--sessions-before', TIME, '--hotkey', FIRST);
    expect(await list(stopped)).toEqual({ revokedHotkeys: [FIRST], revokeSessionsBefore: TIME });
    const resumed = await revoke(stopped, '--undo-sessions');
    expect(await list(resumed)).toEqual({ revokedHotkeys: [FIRST], revokeSessionsBefore: null });
    expect(JSON.parse(await revoke(stopped, '--undo-all'))).toEqual(JSON.parse(PLAIN));
  });

  it('writes no policy for a dry run', async () => {
    const said = await revoke(PLAIN, '--hotkey', FIRST, '--dry-run');
    expect(said).toContain(`sessions of ${FIRST}`);
    expect(said).not.toContain('Statement');
    const { before, after } = JSON.parse(
      await revoke(PLAIN, '--hotkey', FIRST, '--dry-run', '--json'),
    );
    expect(before.revokedHotkeys).toEqual([]);
    expect(after.revokedHotkeys).toEqual([FIRST]);
  });
});

describe('the revoke command', () => {
  it('says where nothing is refused', async () => {
    expect(await run(PLAIN, '--list')).toBe('  nothing is refused\n');
  });

  it.each([
    [['--hotkey', FIRST], '--bucket is needed'],
    [[...bucket, '--hotkey', 'not-one'], 'not an ss58 address'],
    [[...bucket, '--hotkey', `${FIRST.slice(0, -1)}*`], 'not an ss58 address'],
    [[...bucket, '--sessions-before', 'yesterday'], 'not a time'],
    [[...bucket, '--hotkey', THIRD, '--undo', THIRD], 'name the same'],
    [[...bucket, '--typo'], 'Unknown option'],
  ])('refuses %j', async (args, why) => {
    await expect(run(PLAIN, ...args)).rejects.toThrow(why);
  });

  it.each(['', 'null', '{}', 'NoSuchBucketPolicy'])('takes %j for no policy', async (policy) => {
    await expect(run(policy, ...bucket, '--hotkey', FIRST)).rejects.toThrow();
  });

  it('does not write over revocations that somebody has altered', async () => {
    const altered = (await run(PLAIN, ...bucket, '--hotkey', FIRST)).replace(FIRST, '5*');
    await expect(run(altered, ...bucket, '--hotkey', SECOND)).rejects.toThrow('by hand');
  });

  it.each([
    ['hotkeys', ['--hotkey', FIRST]],
    ['sessions', ['--sessions-before', TIME]],
  ])('does not drop revocations of %s in other words', async (_, args) => {
    const revoked = await run(PLAIN, ...bucket, ...args);
    const altered = revoked
      .replaceAll('StringLike', 'StringEquals')
      .replaceAll('DateLessThan', 'DateLessThanEquals');
    await expect(run(altered, ...bucket, '--hotkey', SECOND)).rejects.toThrow('by hand');
    await expect(run(altered, '--list')).rejects.toThrow('by hand');
  });

  it.each([
    [['--by-session-name'], [], 'was written with --by-session-name'],
    [[], ['--by-session-name'], 'was written without --by-session-name'],
  ])('does not rewrite revocations made with %j for %j', async (first, second, why) => {
    const revoked = await run(PLAIN, ...bucket, ...first, '--hotkey', FIRST);
    const again = run(revoked, ...bucket, ...second, '--hotkey', SECOND);
    await expect(again).rejects.toThrow(why);
    const none = await run(revoked, ...bucket, ...second, '--undo-all');
    expect(JSON.parse(none)).toEqual(JSON.parse(PLAIN));
  });

  it('says when a bucket would not take the policy', async () => {
    const many = Array.from({ length: 400 }, (_, index) => {
      const key = new Uint8Array(32);
      key.set([index & 255, index >> 8]);
      return ['--hotkey', addressOf(key)];
    });
    await expect(run(PLAIN, ...bucket, ...many.flat())).rejects.toThrow('20480');
  });
});
