import { z } from 'zod';
import { fromHex, toHex } from './hex.ts';
import { Hotkey, type Keypair } from './hotkey.ts';
import { addressOf, publicKeyOf } from './hotkey-address.ts';
import { keypairFromMnemonic, keypairFromPrivateKey, keypairFromSeed } from './keypair.ts';
import type { Signer } from './signer.ts';
import { WalletError } from './wallet-error.ts';

/** btcli writes what it doesn't have as null; unknown fields are those of later versions. */
const text = z.string().trim().min(1).nullish();
const keyfileSchema = z.object({
  accountId: text,
  publicKey: text,
  privateKey: text,
  secretPhrase: text,
  secretSeed: text,
  ss58Address: text,
  /** As old versions spell it. */
  ' ss58Address': text,
  cryptoType: z.union([z.int(), z.string().regex(/^\d{1,3}$/)]).nullish(),
});
type Keyfile = z.infer<typeof keyfileSchema>;

const ENCRYPTED_PREFIXES = ['$NACL', '$ANSIBLE_VAULT', 'gAAAAA'];
const SR25519 = 1;

export interface KeyfileContent {
  readonly signer: Signer;
  /** False for a bare secret: nothing in the file says whose it should be. */
  readonly namesItsKey: boolean;
}

/**
 * The hotkey in a plain keyfile of btcli: JSON, a mnemonic, or a seed or private key in hex. The
 * address is derived, and must be the one in the file. `file` names it in errors. Throws WalletError.
 */
export function parseKeyfile(bytes: Uint8Array, file = 'the keyfile'): Signer {
  return readKeyfile(bytes, file).signer;
}

export function readKeyfile(bytes: Uint8Array, file: string): KeyfileContent {
  try {
    const content = decode(bytes);
    if (!content.startsWith('{')) {
      return { signer: new Hotkey(keypairOfBareSecret(content)), namesItsKey: false };
    }
    const keyfile = parseJson(content);
    const keypair = keypairOf(keyfile);
    return { signer: new Hotkey(keypair), namesItsKey: assertSameKey(keyfile, keypair.publicKey) };
  } catch (error) {
    if (error instanceof WalletError)
      throw new WalletError(error.code, `${file}: ${error.message}`);
    throw error;
  }
}

function decode(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (ENCRYPTED_PREFIXES.some((prefix) => start.startsWith(prefix))) {
    throw new WalletError(
      'Encrypted',
      'it is protected by a password, and encrypted keyfiles are not supported yet: use a hotkey without a password ("btcli wallet regen-hotkey --no-use-password" restores one from its mnemonic)',
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    throw new WalletError('Malformed', 'not text, so no keyfile of btcli');
  }
}

function parseJson(json: string): Keyfile {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    // The parser's error would quote the text, secrets and all.
    throw new WalletError('Malformed', 'not valid JSON: it was cut short or edited');
  }
  const keyfile = keyfileSchema.safeParse(document);
  if (keyfile.success) return keyfile.data;
  const fields = new Set(keyfile.error.issues.map(({ path }) => path.join('.')));
  throw new WalletError(
    'Malformed',
    `no keyfile of btcli: wrong value of ${[...fields].join(', ')}`,
  );
}

/** In btcli's own order. */
function keypairOf(keyfile: Keyfile): Keypair {
  const { cryptoType, secretPhrase, secretSeed, privateKey } = keyfile;
  if (Number(cryptoType ?? SR25519) !== SR25519) {
    const type = Number(cryptoType) === 0 ? 'ed25519' : 'unknown';
    throw new WalletError(
      'UnsupportedCryptoType',
      `its key is of type ${type} (cryptoType ${cryptoType}): the network's hotkeys are sr25519 (cryptoType 1)`,
    );
  }
  if (secretPhrase != null) return keypairFromMnemonic(secretPhrase);
  if (secretSeed != null) return keypairFromSeed(hexField(secretSeed, 32, 'secretSeed'));
  if (privateKey != null) return keypairFromPrivateKey(hexField(privateKey, 64, 'privateKey'));
  throw new WalletError(
    'Malformed',
    'it holds no secret (secretPhrase, secretSeed or privateKey): is it the public half?',
  );
}

function keypairOfBareSecret(secret: string): Keypair {
  const seed = looseHex(secret, 32);
  if (seed !== undefined) return keypairFromSeed(seed);
  const privateKey = looseHex(secret, 64);
  if (privateKey !== undefined) return keypairFromPrivateKey(privateKey);
  if (/\s/.test(secret)) return keypairFromMnemonic(secret);
  throw new WalletError('Malformed', 'neither JSON, nor 32 or 64 bytes in hex, nor a mnemonic');
}

/** Whether the file names its key at all; throws where it names another. */
function assertSameKey(keyfile: Keyfile, publicKey: Uint8Array): boolean {
  const address = addressOf(publicKey);
  const storedAddress = keyfile.ss58Address ?? keyfile[' ss58Address'];
  const storedKeys = [keyfile.publicKey, keyfile.accountId].filter((key) => key != null);
  const sameAddress = storedAddress == null || storedAddress === address;
  if (!sameAddress || storedKeys.some((key) => withPrefix(key) !== toHex(publicKey))) {
    // Repeated only where it is an address: a secret may have been put in its place.
    const isAddress = storedAddress != null && publicKeyOf(storedAddress) !== undefined;
    const named = !sameAddress && isAddress ? storedAddress : 'another key';
    throw new WalletError(
      'AddressMismatch',
      `its secret belongs to ${address}, but it names ${named}: one of the two was altered; restore it from its mnemonic`,
    );
  }
  return storedAddress != null || storedKeys.length > 0;
}

function hexField(value: string, byteLength: number, field: string): Uint8Array {
  const bytes = looseHex(value, byteLength);
  if (bytes !== undefined) return bytes;
  throw new WalletError('Malformed', `its ${field} is not ${byteLength} bytes in hex`);
}

/** As the versions of btcli wrote it: either case, with or without 0x. */
function looseHex(value: string, byteLength: number): Uint8Array | undefined {
  return fromHex(withPrefix(value), byteLength);
}

function withPrefix(hex: string): string {
  return `0x${hex.replace(/^0x/i, '').toLowerCase()}`;
}
