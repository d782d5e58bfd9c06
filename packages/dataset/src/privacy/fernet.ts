import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { EncodingKey } from './encoding-key.ts';

const VERSION = 0x80;
const IV_BYTES = 16;
const MAC_BYTES = 32;
const HEADER_BYTES = 1 + 8 + IV_BYTES;
const BLOCK_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]*={0,2}$/;

/** URL-safe base64 with its padding, which Node's own `base64url` drops. */
export function paddedBase64Url(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** A Fernet token (spec version 0x80) as text; time in Unix seconds. */
export function fernetEncrypt(
  key: EncodingKey,
  plain: Uint8Array,
  time = Math.floor(Date.now() / 1000),
  iv: Uint8Array = randomBytes(IV_BYTES),
): string {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeBigUInt64BE(BigInt(time), 1);
  header.set(iv, 9);
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv);
  const signed = Buffer.concat([header, cipher.update(plain), cipher.final()]);
  const mac = createHmac('sha256', key.signing).update(signed).digest();
  return paddedBase64Url(Buffer.concat([signed, mac]));
}

/** The plain bytes; undefined for anything but a whole token made with this key. */
export function fernetDecrypt(key: EncodingKey, token: string): Uint8Array | undefined {
  if (token.length % 4 !== 0 || !TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const encrypted = bytes.byteLength - HEADER_BYTES - MAC_BYTES;
  if (encrypted < BLOCK_BYTES || encrypted % BLOCK_BYTES !== 0 || bytes[0] !== VERSION)
    return undefined;
  const signed = bytes.subarray(0, -MAC_BYTES);
  const mac = createHmac('sha256', key.signing).update(signed).digest();
  if (!timingSafeEqual(mac, bytes.subarray(-MAC_BYTES))) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', key.encryption, bytes.subarray(9, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
