import { isUtf8 } from 'node:buffer';
import type { EncodingKey } from './encoding-key.ts';
import { fernetDecrypt, fernetEncrypt, paddedBase64Url } from './fernet.ts';

/** A text as the public form holds it: a Fernet token, in URL-safe base64 once more. */
export function encodeText(key: EncodingKey, text: string): string {
  return paddedBase64Url(Buffer.from(fernetEncrypt(key, Buffer.from(text, 'utf8')), 'latin1'));
}

/** The text behind `encodeText`; undefined for anything made otherwise or with another key. */
export function decodeText(key: EncodingKey, encoded: string): string | undefined {
  const token = Buffer.from(encoded, 'base64url').toString('latin1');
  const plain = fernetDecrypt(key, token);
  if (plain === undefined || !isUtf8(plain)) return undefined;
  return Buffer.from(plain).toString('utf8');
}
