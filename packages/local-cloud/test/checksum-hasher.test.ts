import { describe, expect, it } from 'vitest';
import { createHasher } from '../src/s3/checksum-hasher.ts';

// The check values of the CRC catalogue, for the ASCII digits 1 to 9.
const CHECK_VALUES = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
} as const;

describe('a checksum', () => {
  for (const [algorithm, expected] of Object.entries(CHECK_VALUES)) {
    it(`by ${algorithm} has its published check value, however the bytes are cut`, () => {
      for (const pieces of [['123456789'], ['1', '', '23456', '789']]) {
        const hasher = createHasher(algorithm as keyof typeof CHECK_VALUES);
        for (const piece of pieces) hasher.update(Buffer.from(piece));
        expect(hasher.digest().toString('hex')).toBe(expected);
      }
    });
  }
});
