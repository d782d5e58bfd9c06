import { mnemonicToMiniSecret } from '@polkadot/util-crypto/mnemonic';
import { sr25519Agreement, sr25519PairFromSeed } from '@polkadot/util-crypto/sr25519';
import type { Keypair } from './hotkey.ts';
import { WalletError } from './wallet-error.ts';

/** The order of the group: a canonical scalar is above 0 and below it. */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Encoding of ristretto255's base point, RFC 9496, appendix A.1. */
const BASE_POINT = Buffer.from(
  'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
  'hex',
);

/** From 32 bytes. */
export function keypairFromSeed(seed: Uint8Array): Keypair {
  if (seed.byteLength !== 32) {
    throw new WalletError('Malformed', `a seed is 32 bytes, not ${seed.byteLength}`);
  }
  return sr25519PairFromSeed(seed);
}

/** From 12, 15, 18, 21 or 24 English words, and the password that may complete them. */
export function keypairFromMnemonic(mnemonic: string, password = ''): Keypair {
  const words = mnemonic.trim().split(/\s+/);
  let seed: Uint8Array;
  try {
    seed = mnemonicToMiniSecret(words.join(' '), password);
  } catch {
    // Its error is dropped: nothing that has seen the words goes into a message or a cause.
    throw new WalletError(
      'Malformed',
      `not a valid mnemonic (${words.length} words): expected 12, 15, 18, 21 or 24 English words whose checksum agrees`,
    );
  }
  return keypairFromSeed(seed);
}

/** From the 64 bytes that btcli stores: the scalar, little-endian, and the nonce seed. */
export function keypairFromPrivateKey(privateKey: Uint8Array): Keypair {
  if (privateKey.byteLength !== 64) {
    throw new WalletError('Malformed', `a private key is 64 bytes, not ${privateKey.byteLength}`);
  }
  const scalar = littleEndian(privateKey.subarray(0, 32));
  if (scalar === 0n || scalar >= GROUP_ORDER) {
    throw new WalletError(
      'Malformed',
      'not a private key as btcli stores it: its scalar is out of range',
    );
  }
  const secretKey = new Uint8Array(privateKey);
  // The signer keeps ed25519's form, the scalar times the cofactor.
  secretKey.set(toLittleEndian(scalar << 3n), 0);
  // The library has no public "public key of a secret key"; agreeing with the base point is that.
  return { publicKey: sr25519Agreement(secretKey, BASE_POINT), secretKey };
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function toLittleEndian(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}
