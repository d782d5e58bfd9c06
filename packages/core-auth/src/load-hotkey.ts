import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readKeyfile } from './keyfile.ts';
import { parsePublicKeyfile } from './public-keyfile.ts';
import type { Signer } from './signer.ts';
import { WalletError } from './wallet-error.ts';
import { readWalletFile } from './wallet-file.ts';

export interface LoadHotkeyOptions {
  /** Of the wallet. Default `default`. */
  readonly name?: string | undefined;
  /** Default `default`. */
  readonly hotkey?: string | undefined;
  /** The folder of wallets; `~` is the user's home. Default `~/.bittensor/wallets`. */
  readonly path?: string | undefined;
}

/** Reads `{path}/{name}/hotkeys/{hotkey}`, as btcli writes it without a password. Throws WalletError. */
export async function loadHotkey(options: LoadHotkeyOptions = {}): Promise<Signer> {
  const { name = 'default', hotkey = 'default', path = '~/.bittensor/wallets' } = options;
  assertFileName(name, 'wallet');
  assertFileName(hotkey, 'hotkey');
  const folder = join(expandHome(path), name, 'hotkeys');
  const file = join(folder, hotkey);
  const bytes = await readWalletFile(file, { secret: true });
  if (bytes === undefined) {
    throw new WalletError('NotFound', `there is no hotkey ${file}${await alternatives(folder)}`);
  }
  const { signer, namesItsKey } = readKeyfile(bytes, file);
  if (!namesItsKey) await assertPublicHalf(signer, file);
  return signer;
}

/**
 * 32 bytes of hex may be a public key that got into the wrong file; taken for a seed, it would be a
 * hotkey that anyone can sign for. The file beside it tells.
 */
async function assertPublicHalf(signer: Signer, file: string): Promise<void> {
  const publicFile = `${file}pub.txt`;
  const bytes = await readWalletFile(publicFile, { secret: false });
  if (bytes === undefined || parsePublicKeyfile(bytes) === signer.address) return;
  throw new WalletError(
    'AddressMismatch',
    `${file}: its secret belongs to ${signer.address}, which is not the address in ${publicFile}: restore both from the mnemonic`,
  );
}

function assertFileName(name: string, what: string): void {
  if (name !== '' && name !== '.' && !name.includes('..') && !/[/\\\p{Cc}]/u.test(name)) return;
  throw new WalletError(
    'InvalidName',
    `not the name of a ${what}: ${JSON.stringify(name.slice(0, 100))} (one file name, without "/" or "..")`,
  );
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** What to do about a hotkey that isn't there. */
async function alternatives(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.endsWith('pub.txt')).sort();
    if (names.length > 0) return `: that wallet has ${names.slice(0, 10).join(', ')}`;
  } catch {
    // No such wallet either, or not ours to list: the general advice fits both.
  }
  return ': check wallet.name, wallet.hotkey and wallet.path, or make one with "btcli wallet new-hotkey"';
}
