import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromHex,
  isHotkeyAddress,
  type Signer,
  signerFromMnemonic,
  signerFromPrivateKey,
  signerFromSeed,
  signerFromUri,
  verifySignature,
  WalletError,
} from '../src/index.ts';

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const ALICE_SEED = '0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a';
/** The scalar as schnorrkel (and btcli) writes it. */
const ALICE_PRIVATE_KEY =
  '0x33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011';
const OLD_LEOPARD =
  'old leopard transfer rib spatial phone calm indicate online fire caution review';
const message = new TextEncoder().encode('message');

function refusal(make: () => Signer): WalletError {
  try {
    make();
  } catch (error) {
    if (error instanceof WalletError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a hotkey', () => {
  it.each([
    ['a development URI', () => signerFromUri('//Alice')],
    ['a seed in hex', () => signerFromSeed(ALICE_SEED)],
    ['a seed in bytes', () => signerFromSeed(fromHex(ALICE_SEED, 32) ?? new Uint8Array())],
    ['a seed in a URI', () => signerFromUri(ALICE_SEED)],
    ["btcli's private key", () => signerFromPrivateKey(ALICE_PRIVATE_KEY)],
  ])('comes out of %s with the right address and a key that signs for it', (_, make) => {
    const signer = make();
    expect(signer.address).toBe(ALICE);
    expect(verifySignature(ALICE, message, signer.sign(message))).toBe(true);
  });

  it('comes out of a mnemonic, with any white space between the words', () => {
    const address = '5HDvhV6WDCjCKyrXqGQSDYqQAzkzabNhctmiDYEqgBC66BsX';
    expect(signerFromMnemonic(OLD_LEOPARD).address).toBe(address);
    expect(signerFromMnemonic(` ${OLD_LEOPARD.replaceAll(' ', '\n ')}\n`).address).toBe(address);
    expect(signerFromMnemonic(OLD_LEOPARD, 'secret').address).not.toBe(address);
    expect(signerFromMnemonic(OLD_LEOPARD, 'secret').address).toBe(
      signerFromUri(`${OLD_LEOPARD}///secret`).address,
    );
  });

  it('differs by junction, and by hard and soft', () => {
    const uris = ['', '//a', '/a', '//b', '//a/b', '//a//b', '//1', '/1', '///a'];
    const addresses = uris.map((path) => signerFromUri(`${OLD_LEOPARD}${path}`).address);
    expect(new Set(addresses).size).toBe(uris.length);
    expect(addresses.every(isHotkeyAddress)).toBe(true);
  });

  it('signs differently each time, and validly each time', () => {
    const signer = signerFromUri(`${OLD_LEOPARD}//hard/soft///password`);
    const [first, second] = [signer.sign(message), signer.sign(message)];
    expect(first).not.toEqual(second);
    expect(verifySignature(signer.address, message, first)).toBe(true);
    expect(verifySignature(signer.address, message, second)).toBe(true);
  });

  it('shows its address and nothing else, however one looks', () => {
    const signer = signerFromPrivateKey(ALICE_PRIVATE_KEY);
    expect(JSON.stringify(signer)).toBe(`{"address":"${ALICE}"}`);
    expect(inspect(signer, { showHidden: true, depth: null, getters: true })).toBe(
      `Hotkey { address: '${ALICE}' }`,
    );
    expect(Reflect.ownKeys(signer)).toEqual(['address']);
    expect({ ...signer }).toEqual({ address: ALICE });
    expect(Object.isFrozen(signer)).toBe(true);
  });

  it('signs bytes alone: a string of hex is not silently decoded', () => {
    const sign: (message: never) => Uint8Array = (text) => signerFromUri('//Alice').sign(text);
    expect(() => Reflect.apply(sign, undefined, ['0x00'])).toThrow(TypeError);
  });
});

describe('what is no secret', () => {
  it.each([
    ['an empty URI', () => signerFromUri('')],
    ['a wrong word', () => signerFromMnemonic(OLD_LEOPARD.replace('old', 'olf'))],
    [
      'a wrong checksum',
      () => signerFromMnemonic(OLD_LEOPARD.replace('old leopard', 'leopard old')),
    ],
    ['eleven words', () => signerFromMnemonic(OLD_LEOPARD.replace('old ', ''))],
    ['an arbitrary phrase', () => signerFromUri('correct horse battery staple')],
    ['a short seed', () => signerFromSeed(ALICE_SEED.slice(0, -2))],
    ['a short seed in bytes', () => signerFromSeed(new Uint8Array(31))],
    ['a seed that is not hex', () => signerFromSeed(ALICE_SEED.replace('e5', 'g5'))],
    ['a short seed in a URI', () => signerFromUri('0xe5be//Alice')],
    ['a seed with a password', () => signerFromUri(`${ALICE_SEED}///password`)],
    ['a path that ends in a slash', () => signerFromUri('//Alice/')],
    ['a private key of 32 bytes', () => signerFromPrivateKey(ALICE_SEED)],
    ['a private key of zeros', () => signerFromPrivateKey(new Uint8Array(64))],
    ['a private key out of range', () => signerFromPrivateKey(new Uint8Array(64).fill(255))],
  ])('%s is refused, and the error repeats none of it', (_, make) => {
    const error = refusal(make);
    expect(error.code).toBe('Malformed');
    expect(inspect(error)).not.toMatch(/leopard|horse|e5be|Alice'/);
    expect(error.cause).toBeUndefined();
  });

  it.each(['//0x01', '//+1', '/18446744073709551616'])(
    'a junction that tools read differently is refused: %s',
    (path) => {
      expect(refusal(() => signerFromUri(path)).message).toContain('different keys');
    },
  );

  it('is answered with a WalletError, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(refusal(() => signerFromUri(`x ${text}`)).code).toBe('Malformed');
        expect(refusal(() => signerFromMnemonic(text)).code).toBe('Malformed');
        expect(refusal(() => signerFromSeed(text)).code).toBe('Malformed');
        expect(refusal(() => signerFromPrivateKey(text)).code).toBe('Malformed');
      }),
    );
  });
});
