import { fromHex } from './hex.ts';
import { Hotkey } from './hotkey.ts';
import { keypairFromMnemonic, keypairFromPrivateKey, keypairFromSeed } from './keypair.ts';
import { keypairFromUri } from './secret-uri.ts';
import type { Signer } from './signer.ts';
import { WalletError } from './wallet-error.ts';

/** `//Alice` (development), `<mnemonic>//hard/soft///password` or `0x<seed>//...`. Throws WalletError. */
export function signerFromUri(uri: string): Signer {
  return new Hotkey(keypairFromUri(uri));
}

/** 12 to 24 English words. Throws WalletError. */
export function signerFromMnemonic(mnemonic: string, password = ''): Signer {
  return new Hotkey(keypairFromMnemonic(mnemonic, password));
}

/** 32 bytes, or `0x` and 64 hex digits. Throws WalletError. */
export function signerFromSeed(seed: Uint8Array | string): Signer {
  return new Hotkey(keypairFromSeed(bytesOf(seed, 32, 'seed')));
}

/** The 64 bytes of btcli's `privateKey`, or `0x` and 128 hex digits. Throws WalletError. */
export function signerFromPrivateKey(privateKey: Uint8Array | string): Signer {
  return new Hotkey(keypairFromPrivateKey(bytesOf(privateKey, 64, 'private key')));
}

function bytesOf(secret: Uint8Array | string, byteLength: number, what: string): Uint8Array {
  if (typeof secret !== 'string') return secret;
  const bytes = fromHex(secret.toLowerCase(), byteLength);
  if (bytes === undefined) {
    throw new WalletError('Malformed', `a ${what} is 0x and ${2 * byteLength} hex digits`);
  }
  return bytes;
}
