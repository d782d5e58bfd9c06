import { keyExtractPath, keyFromPath } from '@polkadot/util-crypto/key';
import { fromHex } from './hex.ts';
import type { Keypair } from './hotkey.ts';
import { keypairFromMnemonic, keypairFromSeed } from './keypair.ts';
import { WalletError } from './wallet-error.ts';

/** What `//Alice` and its like derive from: public, for development alone. */
const DEVELOPMENT_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';

const SECRET_URI = /^(?<phrase>[^/]*)(?<path>(?:\/\/?[^/]+)*)(?:\/\/\/(?<password>.*))?$/s;
const MAX_U64 = 2n ** 64n - 1n;

/** From `<mnemonic or 0x seed>//hard/soft///password`; without a phrase, from the development phrase. */
export function keypairFromUri(uri: string): Keypair {
  const parts = SECRET_URI.exec(uri)?.groups;
  if (uri === '' || parts === undefined) {
    throw new WalletError(
      'Malformed',
      'not a secret URI: expected <mnemonic or 0x seed>//hard/soft///password',
    );
  }
  const { phrase = '', path = '', password } = parts;
  const root = phrase.startsWith('0x')
    ? keypairFromHexSeed(phrase, password)
    : keypairFromMnemonic(phrase === '' ? DEVELOPMENT_PHRASE : phrase, password);
  if (path === '') return root;
  assertPortable(path);
  return keyFromPath(root, keyExtractPath(path).path, 'sr25519');
}

function keypairFromHexSeed(phrase: string, password: string | undefined): Keypair {
  const seed = fromHex(phrase.toLowerCase(), 32);
  if (seed === undefined) {
    throw new WalletError('Malformed', 'a seed in a secret URI is 0x and 64 hex digits');
  }
  if (password !== undefined) {
    throw new WalletError('Malformed', 'a password changes nothing about a seed: leave it out');
  }
  return keypairFromSeed(seed);
}

/** Polkadot's JavaScript and Substrate's Rust (btcli) read these junctions as different keys. */
function assertPortable(path: string): void {
  for (const junction of path.split(/\/+/).slice(1)) {
    const ambiguous =
      /^0x/i.test(junction) ||
      /^\+\d+$/.test(junction) ||
      (/^\d+$/.test(junction) && BigInt(junction) > MAX_U64);
    if (ambiguous) {
      throw new WalletError(
        'Malformed',
        'a junction of this secret URI means different keys to different tools (0x..., +1, or over 64 bits): use a name or a smaller number',
      );
    }
  }
}
