import { CloudError } from '../errors.ts';

/** Bytes [start, endExclusive) of an object of `size` bytes, and whether the client asked for less than all. */
export interface ResolvedRange {
  readonly start: number;
  readonly endExclusive: number;
  readonly partial: boolean;
}

/** Resolves a Range header. One that is not a single range of bytes is ignored, as S3 does; one past the end is 416. */
export function resolveRange(header: string | undefined, size: number): ResolvedRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const first = match?.[1] ?? '';
  const last = match?.[2] ?? '';
  if (first === '' && last === '') return { start: 0, endExclusive: size, partial: false };
  if (first === '') {
    const count = Math.min(Number(last), size);
    if (count === 0) throw invalidRange(header ?? '', size);
    return { start: size - count, endExclusive: size, partial: true };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { start: 0, endExclusive: size, partial: false };
  if (start >= size) throw invalidRange(header ?? '', size);
  const endExclusive = last === '' ? size : Math.min(Number(last) + 1, size);
  return { start, endExclusive, partial: true };
}

const invalidRange = (requested: string, size: number) =>
  new CloudError('InvalidRange', 416, 'The requested range is not satisfiable', {
    details: { RangeRequested: requested, ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  });
