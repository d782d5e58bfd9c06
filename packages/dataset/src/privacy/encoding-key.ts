import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

const KEY_BYTES = 32;
const keyFileSchema = z.object({ sym_key: z.string().regex(/^[A-Za-z0-9_-]{43}=$/) });

/** A Fernet key. Its bytes appear in no message and no inspected object. */
export interface EncodingKey {
  /** First 16 bytes, for HMAC-SHA256. */
  readonly signing: KeyObject;
  /** Last 16 bytes, for AES-128-CBC. */
  readonly encryption: KeyObject;
}

/** What the public form hides, each under a key of its own. */
export interface PrivacyKeys {
  /** Shared with validators. */
  readonly username: EncodingKey;
  /** Never leaves the miner. */
  readonly url: EncodingKey;
}

export type EncodingKeyErrorCode =
  /** The file holds no key, or the bytes are too many or too few. */
  | 'BadKey'
  /** A key is never written over another file. */
  | 'KeyExists'
  /** Everybody on the machine may read the file. */
  | 'KeyExposed'
  | 'KeyNotFound'
  | 'KeyUnreadable';

/** What is wrong with a key or its file; never quotes the key. */
export class EncodingKeyError extends Error {
  override readonly name = 'EncodingKeyError';
  readonly code: EncodingKeyErrorCode;
  readonly retryable = false;

  constructor(message: string, code: EncodingKeyErrorCode = 'BadKey') {
    super(`${message} (${code})`);
    this.code = code;
  }
}

/** The bytes of a key; for another thread of the same process alone. */
export function encodingKeyBytes({ signing, encryption }: EncodingKey): Uint8Array {
  return Buffer.concat([signing.export(), encryption.export()]);
}

export function encodingKey(bytes: Uint8Array): EncodingKey {
  if (bytes.byteLength !== KEY_BYTES)
    throw new EncodingKeyError(`an encoding key has ${KEY_BYTES} bytes, not ${bytes.byteLength}`);
  return {
    signing: createSecretKey(bytes.subarray(0, 16)),
    encryption: createSecretKey(bytes.subarray(16)),
  };
}

/** Parses the text of a key file: `{"sym_key": "<44 characters of URL-safe base64>"}`. */
export function parseEncodingKey(text: string): EncodingKey {
  const parsed = keyFileSchema.safeParse(jsonOrUndefined(text));
  if (!parsed.success)
    throw new EncodingKeyError(
      'a key file holds {"sym_key": "<44 characters of URL-safe base64>"}, and this one does not',
    );
  return encodingKey(Buffer.from(parsed.data.sym_key, 'base64url'));
}

/** The parser's own error quotes the text, which is the key. */
function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
