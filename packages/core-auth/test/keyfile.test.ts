import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeyfile, publicKeyOf, toHex, verifySignature, WalletError } from '../src/index.ts';

const MNEMONIC = 'old leopard transfer rib spatial phone calm indicate online fire caution review';
const SEED = '0xda3cf5b1e9144931a0f0db65664aab662673b099415a7f8121b7245fb0be4143';
const ADDRESS = '5HDvhV6WDCjCKyrXqGQSDYqQAzkzabNhctmiDYEqgBC66BsX';
const PUBLIC_KEY = toHex(publicKeyOf(ADDRESS) ?? new Uint8Array());
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const ALICE_PRIVATE_KEY =
  '0x33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011';

const utf8 = (text: string) => new TextEncoder().encode(text);
const json = (fields: Record<string, unknown>) => utf8(JSON.stringify(fields));

function refusal(bytes: Uint8Array): WalletError {
  try {
    parseKeyfile(bytes, '/wallets/w/hotkeys/h');
  } catch (error) {
    if (error instanceof WalletError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a plain keyfile', () => {
  const whole = {
    accountId: PUBLIC_KEY,
    publicKey: PUBLIC_KEY,
    privateKey: null,
    secretPhrase: MNEMONIC,
    secretSeed: SEED,
    ss58Address: ADDRESS,
  };
  it.each<[string, string, Uint8Array]>([
    ['as btcli writes it', ADDRESS, json(whole)],
    ['of a later btcli', ADDRESS, json({ ...whole, cryptoType: 1, accountType: 'x', other: {} })],
    ['with its type in quotes', ADDRESS, json({ ...whole, cryptoType: '1' })],
    ['with a seed alone', ADDRESS, json({ secretSeed: SEED, ss58Address: ADDRESS })],
    ['with a seed without 0x', ADDRESS, json({ secretSeed: SEED.slice(2) })],
    ['with a seed in capitals', ADDRESS, json({ secretSeed: `0x${SEED.slice(2).toUpperCase()}` })],
    ['with a private key', ALICE, json({ privateKey: ALICE_PRIVATE_KEY, ss58Address: ALICE })],
    [
      'with the old address key',
      ADDRESS,
      json({ secretPhrase: MNEMONIC, ' ss58Address': ADDRESS }),
    ],
    ['that is a bare mnemonic', ADDRESS, utf8(`${MNEMONIC}\n`)],
    ['that is a bare seed', ADDRESS, utf8(SEED)],
    ['that is a bare private key', ALICE, utf8(ALICE_PRIVATE_KEY.slice(2))],
    ['that begins with a byte order mark', ADDRESS, utf8(`\ufeff${JSON.stringify(whole)}`)],
  ])('%s gives its hotkey', (_, address, bytes) => {
    const signer = parseKeyfile(bytes);
    expect(signer.address).toBe(address);
    expect(verifySignature(address, bytes, signer.sign(bytes))).toBe(true);
  });

  it('is read in the order phrase, seed, private key', () => {
    const [secretPhrase, secretSeed] = [MNEMONIC, `0x${'11'.repeat(32)}`];
    const privateKey = ALICE_PRIVATE_KEY;
    expect(parseKeyfile(json({ privateKey, secretSeed, secretPhrase })).address).toBe(ADDRESS);
    expect(parseKeyfile(json({ privateKey, secretSeed: SEED })).address).toBe(ADDRESS);
  });
});

describe('what is no plain keyfile of a hotkey', () => {
  it.each<[WalletError['code'], string, Uint8Array]>([
    ['Encrypted', 'NaCl', Buffer.from('$NACL\x00\xff\x01secret', 'latin1')],
    ['Encrypted', 'Ansible', utf8('$ANSIBLE_VAULT;1.1;AES256\n6162')],
    ['Encrypted', 'Fernet', utf8('gAAAAABh2bY')],
    ['UnsupportedCryptoType', 'ed25519', json({ cryptoType: 0, secretSeed: SEED })],
    ['UnsupportedCryptoType', 'ed25519 in quotes', json({ cryptoType: '0', secretSeed: SEED })],
    ['UnsupportedCryptoType', 'ecdsa', json({ cryptoType: 2, secretSeed: SEED })],
    ['AddressMismatch', 'another address', json({ secretSeed: SEED, ss58Address: ALICE })],
    ['AddressMismatch', 'another address, old', json({ secretSeed: SEED, ' ss58Address': ALICE })],
    ['AddressMismatch', 'no address', json({ secretSeed: SEED, ss58Address: SEED })],
    ['AddressMismatch', 'another public key', json({ secretSeed: SEED, publicKey: SEED })],
    ['AddressMismatch', 'another account', json({ secretSeed: SEED, accountId: SEED })],
    ['AddressMismatch', 'phrase of another', json({ secretPhrase: MNEMONIC, ss58Address: ALICE })],
    ['Malformed', 'the public half', json({ ss58Address: ADDRESS, publicKey: PUBLIC_KEY })],
    ['Malformed', 'a wrong mnemonic', json({ secretPhrase: MNEMONIC.replace('old', 'new') })],
    ['Malformed', 'a seed cut short', json({ secretSeed: SEED.slice(0, -2) })],
    ['Malformed', 'a private key cut short', json({ privateKey: SEED })],
    ['Malformed', 'a seed as a number', json({ secretSeed: 17 })],
    ['Malformed', 'a file cut short', utf8(`{"secretSeed": "${SEED}", "ss58`)],
    ['Malformed', 'a list', utf8(`["${SEED}"]`)],
    ['Malformed', 'a short bare seed', utf8(SEED.slice(0, -1))],
    ['Malformed', 'nothing', utf8('')],
    ['Malformed', 'bytes', new Uint8Array([0xff, 0xfe, 0x00])],
  ])('is refused as %s: %s', (code, _, bytes) => {
    const error = refusal(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^\/wallets\/w\/hotkeys\/h: /);
    expect(inspect(error), 'repeats no secret').not.toMatch(/da3cf5b1|leopard|33a6f309/);
  });

  it('is told what to do about a password', () => {
    expect(refusal(utf8('$NACL...')).message).toContain('use a hotkey without a password');
  });

  it('is answered with a WalletError, whatever the bytes', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(utf8),
      fc.dictionary(fc.constantFrom('secretSeed', 'secretPhrase'), fc.jsonValue()).map(json),
    );
    fc.assert(fc.property(anything, (bytes) => refusal(bytes) instanceof WalletError));
  });
});
