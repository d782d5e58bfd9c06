/** `[start, end)` in bytes, to the end where `end` is absent; or the last `suffix` bytes. */
export type ByteRange =
  | { readonly start: number; readonly end?: number }
  | { readonly suffix: number };

/**
 * What a range means for an object of `size` bytes, as `slice` would have it: cut at the end,
 * empty where it begins at or past the end. Throws RangeError for anything but whole numbers from 0.
 */
export function resolveRange(
  range: ByteRange | undefined,
  size: number,
): { readonly start: number; readonly end: number } {
  if (range === undefined) return { start: 0, end: size };
  if ('suffix' in range) return { start: Math.max(0, size - whole(range.suffix)), end: size };
  const start = Math.min(whole(range.start), size);
  return { start, end: Math.max(start, Math.min(whole(range.end ?? size), size)) };
}

function whole(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new RangeError(`a byte range is made of whole numbers from 0, not ${bytes}`);
}
