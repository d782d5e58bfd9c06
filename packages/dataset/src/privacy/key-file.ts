import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import {
  type EncodingKey,
  EncodingKeyError,
  type EncodingKeyErrorCode,
  parseEncodingKey,
} from './encoding-key.ts';
import { paddedBase64Url } from './fernet.ts';

/** Read, write or search for those who are neither owner nor group. */
const OTHERS = 0o007;
/** Far more than a key file has. */
const MAX_BYTES = 4_096;
const KEY_BYTES = 32;

/**
 * Writes a new key, which only its owner may read, and never over a file that is there. Throws
 * EncodingKeyError.
 */
export async function createKeyFile(path: string): Promise<EncodingKey> {
  const text = JSON.stringify({ sym_key: paddedBase64Url(randomBytes(KEY_BYTES)) });
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw keyFileError(error, path);
  }
  return parseEncodingKey(text);
}

/** Reads a key file; refuses one that everybody on the machine may read. Throws EncodingKeyError. */
export async function readKeyFile(path: string): Promise<EncodingKey> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
        throw new EncodingKeyError(
          `the key file ${path} is open to everybody on this machine. Run: chmod 600 ${path}`,
          'KeyExposed',
        );
      if (size > MAX_BYTES) throw new EncodingKeyError(`${path} is too large for a key file`);
      return parseEncodingKey(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw keyFileError(error, path);
  }
}

const BY_SYSTEM_CODE: Readonly<Record<string, readonly [EncodingKeyErrorCode, string]>> = {
  EEXIST: [
    'KeyExists',
    'is there already, and a key is never replaced: what it encoded would be lost',
  ],
  ENOENT: ['KeyNotFound', 'does not exist. Check the path, or create a key'],
};

function keyFileError(error: unknown, path: string): EncodingKeyError {
  if (error instanceof EncodingKeyError) return error;
  const systemCode = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const [code, why] = BY_SYSTEM_CODE[systemCode] ?? [
    'KeyUnreadable',
    `could not be read or written (${systemCode}). Check the rights of the file and its folder`,
  ];
  return new EncodingKeyError(`the key file ${path} ${why}`, code);
}
