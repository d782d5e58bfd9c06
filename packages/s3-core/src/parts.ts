const MEBIBYTE = 1024 * 1024;
/** S3's limits. */
const MAX_PARTS = 10_000;
/** Of a body in one request. */
export const LARGEST_PUT = 5 * 1024 * MEBIBYTE;
export const SMALLEST_PART = 5 * MEBIBYTE;
/** One part is one buffer: what Node.js can hold in one, and anyone's memory bears. */
export const LARGEST_PART = 1024 * MEBIBYTE;

/** Of a body in parts, and from where on a body is in parts. */
export const PART_SIZE = 8 * MEBIBYTE;
export const SINGLE_PUT_LIMIT = 16 * MEBIBYTE;

export interface PartRange {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The part size for a body: as wished, or more where it would take too many parts. */
export function fittingPartSize(wished: number, total: number): number {
  const least = Math.ceil(total / MAX_PARTS);
  return Math.max(wished, Math.ceil(least / MEBIBYTE) * MEBIBYTE);
}

/** Where part `number`, counted from 1, lies in a body. */
export function partRange(number: number, partSize: number, total: number): PartRange {
  const start = (number - 1) * partSize;
  return { number, start, end: Math.min(start + partSize, total) };
}
