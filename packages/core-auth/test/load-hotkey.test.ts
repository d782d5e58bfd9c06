import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadHotkey, publicKeyOf, toHex, WalletError } from '../src/index.ts';

const SEED = '0xda3cf5b1e9144931a0f0db65664aab662673b099415a7f8121b7245fb0be4143';
const ADDRESS = '5HDvhV6WDCjCKyrXqGQSDYqQAzkzabNhctmiDYEqgBC66BsX';
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const KEYFILE = JSON.stringify({ secretSeed: SEED, ss58Address: ADDRESS });

describe('a hotkey in a folder of wallets', () => {
  let path: string;
  let folder: string;
  const put = (hotkey: string, content: string, mode = 0o600) =>
    writeFile(join(folder, hotkey), content, { mode });
  const failure = async (options: Parameters<typeof loadHotkey>[0]): Promise<WalletError> => {
    const error: unknown = await loadHotkey(options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof WalletError) return error;
    throw new Error('it was loaded, or failed in another way', { cause: error });
  };

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'wallets-'));
    folder = join(path, 'mine', 'hotkeys');
    await mkdir(folder, { recursive: true });
  });
  afterEach(() => rm(path, { recursive: true }));

  it('is found by the names of wallet and hotkey', async () => {
    await put('first', KEYFILE);
    expect((await loadHotkey({ name: 'mine', hotkey: 'first', path })).address).toBe(ADDRESS);
  });

  it('is the default of the default wallet where no names are given', async () => {
    const defaults = join(path, 'default', 'hotkeys');
    await mkdir(defaults, { recursive: true });
    await writeFile(join(defaults, 'default'), KEYFILE, { mode: 0o600 });
    expect((await loadHotkey({ path })).address).toBe(ADDRESS);
  });

  it('may be a link, as long as the key itself is private', async () => {
    await put('real', KEYFILE);
    await symlink(join(folder, 'real'), join(folder, 'link'));
    expect((await loadHotkey({ name: 'mine', hotkey: 'link', path })).address).toBe(ADDRESS);
    await chmod(join(folder, 'real'), 0o644);
    expect((await failure({ name: 'mine', hotkey: 'link', path })).code).toBe('PermissionsTooOpen');
  });

  it('that is not there is answered with those that are', async () => {
    await put('first', KEYFILE);
    await put('firstpub.txt', '{}');
    const missing = await failure({ name: 'mine', hotkey: 'second', path });
    expect(missing).toMatchObject({ code: 'NotFound', retryable: false });
    expect(missing.message).toBe(
      `there is no hotkey ${join(folder, 'second')}: that wallet has first`,
    );
  });

  it('of a wallet that is not there is answered with what to check', async () => {
    const missing = await failure({ name: 'other', path });
    expect(missing.code).toBe('NotFound');
    expect(missing.message).toContain('check wallet.name, wallet.hotkey and wallet.path');
  });

  it('is looked for under the home folder where the path begins with ~', async () => {
    const missing = await failure({ path: '~/no-such-folder-of-wallets' });
    expect(missing.message).toContain(join(homedir(), 'no-such-folder-of-wallets', 'default'));
  });

  it.each([0o640, 0o604, 0o644, 0o660])(
    'is refused while others may read it (mode %o)',
    async (mode) => {
      await put('first', KEYFILE);
      await chmod(join(folder, 'first'), mode);
      const open = await failure({ name: 'mine', hotkey: 'first', path });
      expect(open.code).toBe('PermissionsTooOpen');
      expect(open.message).toContain(`chmod 600 ${join(folder, 'first')}`);
    },
  );

  it.each(['', '.', '..', '../first', 'a/b', 'a\\b', '/etc/passwd', 'a\0b', 'a\nb'])(
    'is never looked for under the name %j',
    async (name) => {
      expect((await failure({ name, path })).code).toBe('InvalidName');
      expect((await failure({ name: 'mine', hotkey: name, path })).code).toBe('InvalidName');
    },
  );

  it('is no folder, and no huge file', async () => {
    await mkdir(join(folder, 'folder'));
    expect((await failure({ name: 'mine', hotkey: 'folder', path })).code).toBe('Malformed');
    await put('huge', ' '.repeat(65_537));
    expect((await failure({ name: 'mine', hotkey: 'huge', path })).code).toBe('Malformed');
  });

  it('names the file that is wrong', async () => {
    await put('first', '{}');
    const wrong = await failure({ name: 'mine', hotkey: 'first', path });
    expect(wrong.message).toContain(join(folder, 'first'));
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read says so', async () => {
    await put('first', KEYFILE, 0);
    expect((await failure({ name: 'mine', hotkey: 'first', path })).code).toBe('Unreadable');
  });

  describe('as a bare seed', () => {
    const load = () => loadHotkey({ name: 'mine', hotkey: 'bare', path });
    beforeEach(() => put('bare', SEED));

    it('is taken at its word where nothing stands beside it', async () => {
      expect((await load()).address).toBe(ADDRESS);
    });

    it.each([
      ['as JSON', JSON.stringify({ ss58Address: ADDRESS })],
      ['as old JSON', JSON.stringify({ ' ss58Address': ADDRESS })],
      ['as a public key', toHex(publicKeyOf(ADDRESS) ?? new Uint8Array())],
    ])('agrees with its public half %s', async (_, content) => {
      await put('barepub.txt', content, 0o644);
      expect((await load()).address).toBe(ADDRESS);
    });

    it.each([
      ['another address', JSON.stringify({ ss58Address: ALICE })],
      ['the very same hex, which is then a public key', SEED],
      ['no address at all', '{}'],
      ['no JSON', 'x'],
    ])('is refused where its public half holds %s', async (_, content) => {
      await put('barepub.txt', content);
      expect((await failure({ name: 'mine', hotkey: 'bare', path })).code).toBe('AddressMismatch');
    });
  });
});
