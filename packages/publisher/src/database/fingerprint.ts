import { hash } from 'node:crypto';

/** 16 bytes of SHA-256 over what the index knows of a bucket's rows. */
export function fingerprintOf(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer').subarray(0, 16);
}

/** The fingerprint of a bucket without rows. */
export const EMPTY_FINGERPRINT = fingerprintOf(Buffer.alloc(0));
