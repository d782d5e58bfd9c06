import { isDeepStrictEqual } from 'node:util';
import {
  ACCESS_REQUEST_DOMAIN,
  canonicalJson,
  publicKeyOf,
  SOURCE_NAMES,
} from '@data-universe/core-auth';
import type { AccessClaim } from '../../src/wire/access-claim.ts';
import type { WireInput } from '../../src/wire/wire-input.ts';

/** Something that must never be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function must(holds: boolean, what: string): void {
  if (!holds) throw new Violation(what);
}

type Fields = Readonly<Record<string, unknown>>;
const FOLDERS: readonly string[] = [...SOURCE_NAMES, '1', '2'];
const decoder = new TextDecoder();

/**
 * Holds a claim to the input that it was read from, by a reading of the input that shares no code with the
 * one that is judged. Returns the prefixes that may be opened. Throws Violation.
 */
export function checkClaim(claim: AccessClaim, { body, headers }: WireInput): readonly string[] {
  const fields: Fields = JSON.parse(decoder.decode(body));
  must(publicKeyOf(claim.hotkey) !== undefined, 'the hotkey is an address');
  must(claim.signature.byteLength === 64, 'a signature has 64 bytes');
  must(/^[0-9a-f-]{32,64}$/.test(claim.oneTimeValue), 'the one-time value is short and plain');
  const life = claim.expiresAt - claim.issuedAt;
  must(
    Number.isSafeInteger(claim.issuedAt) && life > 0 && life <= 300,
    'it lives for 1 to 300 seconds',
  );
  const message = decoder.decode(claim.message);
  switch (claim.form) {
    case 'v1':
      return checkV1(claim, fields, message);
    case 'first-upload':
      return checkFirstUpload(claim, fields, message);
    case 'first-read':
      return checkFirstRead(claim, fields, message);
    case 'tao-v2':
      return checkTao(claim, fields, headers, message);
  }
}

function checkV1(claim: AccessClaim, fields: Fields, message: string): readonly string[] {
  const { signature, ...unsigned } = fields;
  const [domain, json = '', ...more] = message.split('\n');
  must(
    domain === ACCESS_REQUEST_DOMAIN && more.length === 0,
    'the domain stands first, on its line',
  );
  const signed: unknown = JSON.parse(json);
  must(isDeepStrictEqual(signed, { ...unsigned }), 'what is signed is all that was sent');
  must(canonicalJson(signed) === json, 'canonical JSON is its own canonical form');
  must(
    `0x${Buffer.from(claim.signature).toString('hex')}` === signature,
    'the signature is the one sent',
  );
  must(claim.hotkey === fields.hotkey, 'the signer is the hotkey named');
  must(claim.addressee?.audience === fields.audience, 'the audience is the one named');
  must(claim.addressee?.netuid === fields.netuid, 'the subnet is the one named');
  return prefixesOf(fields, claim.hotkey, SOURCE_NAMES);
}

function checkFirstUpload(claim: AccessClaim, fields: Fields, message: string): readonly string[] {
  const parts = ['hotkey', 's3_path', 'file_hash', 'timestamp', 'expiry'].map(
    (name) => fields[name],
  );
  must(isDeepStrictEqual(message.split(':'), parts.map(String)), 'a message has one reading');
  must(claim.hotkey === fields.hotkey, 'the signer is the hotkey named');
  const [root, folder = '', owner, ...rest] = String(fields.s3_path).split('/');
  must(root === 'data' && FOLDERS.includes(folder), 'a path lies in a known folder');
  must(owner === claim.hotkey, "a path lies in the signer's own prefix");
  must(
    rest.length > 0 && rest.every((name) => name !== '' && name !== '.' && name !== '..'),
    'no empty or dotted names',
  );
  must(
    /^[\x21-\x7e]+$/.test(String(fields.s3_path)) && !/[*?$:%\\]/.test(String(fields.s3_path)),
    'no wildcard in a path',
  );
  return [`data/${folder}/${claim.hotkey}/`];
}

function checkFirstRead(claim: AccessClaim, fields: Fields, message: string): readonly string[] {
  const parts = ['validator_hotkey', 'miner_hotkey', 'timestamp', 'expiry'].map(
    (name) => fields[name],
  );
  must(
    isDeepStrictEqual(message.split(':'), ['read', ...parts.map(String)]),
    'a message has one reading',
  );
  must(claim.hotkey === fields.validator_hotkey, 'the signer is the validator named');
  return prefixesOf({ ...fields, action: 'read' }, claim.hotkey, FOLDERS);
}

function checkTao(
  claim: AccessClaim,
  fields: Fields,
  headers: WireInput['headers'],
  message: string,
): readonly string[] {
  const [digest = '', nonce, timestamp, ...more] = message.split('.');
  must(/^[0-9a-f]{64}$/.test(digest) && more.length === 0, 'a message has one reading');
  must(
    nonce === headers['x-tao-nonce'] && timestamp === headers['x-tao-timestamp'],
    'the headers are signed',
  );
  must(claim.hotkey === headers['x-tao-signed-by'], 'the signer is the hotkey named');
  return prefixesOf(fields, claim.hotkey, SOURCE_NAMES);
}

function prefixesOf(fields: Fields, signer: string, folders: readonly string[]): readonly string[] {
  const { action, source } = fields;
  must(source === undefined || folders.includes(String(source)), 'the source is known');
  if (action === 'upload') return [`data/${String(source)}/${signer}/`];
  must(action === 'read', 'the action is known');
  const owner = String(fields.miner_hotkey);
  must(publicKeyOf(owner) !== undefined, 'the miner is an address');
  const read = source === undefined ? folders : [String(source)];
  return read.map((folder) => `data/${folder}/${owner}/`);
}
