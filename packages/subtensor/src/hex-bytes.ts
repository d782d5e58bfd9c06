import { z } from 'zod';

/** Any number of bytes as `0x` and lower-case hex. */
export const hexBytesSchema = z
  .string()
  .refine((text) => text.startsWith('0x') && text.length % 2 === 0 && DIGITS.test(text.slice(2)))
  .transform((text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')));

const DIGITS = /^[0-9a-f]*$/;

export const hashSchema = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, 'not 0x and 64 lower-case hex digits');
