/** What to list, in UTF-8 byte order. */
export interface ListingRequest {
  readonly prefix: string;
  /** Groups keys that share the text up to its first occurrence after the prefix; absent groups nothing. */
  readonly delimiter?: string;
  /** Only what comes after this key, or after this whole group where it is one. */
  readonly after?: string;
  /** Most entries, keys and groups together. */
  readonly limit: number;
}

export interface Listing<T> {
  readonly items: readonly T[];
  /** The groups, each ending with the delimiter. */
  readonly prefixes: readonly string[];
  /** The last key or group listed, where more follows it. */
  readonly next?: string;
}

/** Keys at and after a point, in order. Leaving the loop early must be cheap. */
export type KeyScan<R> = (from: Buffer) => Iterable<R>;

/** Lists keys with prefix and delimiter as S3 does, jumping over a group once it is known. */
export function listObjects<R extends { readonly key: Buffer }, T>(
  request: ListingRequest,
  scan: KeyScan<R>,
  convert: (row: R) => T,
): Listing<T> {
  const prefix = Buffer.from(request.prefix, 'utf8');
  const delimiter = Buffer.from(request.delimiter ?? '', 'utf8');
  const items: T[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  let from: Buffer | undefined = startOf(prefix, delimiter, request.after);
  while (from !== undefined) {
    const position: Buffer = from;
    from = undefined;
    for (const row of scan(position)) {
      if (!row.key.subarray(0, prefix.length).equals(prefix)) break;
      if (items.length + prefixes.length >= request.limit) {
        return { items, prefixes, ...(last === undefined ? {} : { next: last }) };
      }
      const group = groupOf(row.key, prefix, delimiter);
      if (group !== undefined) {
        last = group.toString('utf8');
        prefixes.push(last);
        from = successor(group);
        break;
      }
      last = row.key.toString('utf8');
      items.push(convert(row));
    }
  }
  return { items, prefixes };
}

function startOf(prefix: Buffer, delimiter: Buffer, after: string | undefined): Buffer {
  if (after === undefined || after === '') return prefix;
  const key = Buffer.from(after, 'utf8');
  const group = groupOf(key, prefix, delimiter);
  // A continuation that names a group has listed it whole.
  const next = group?.equals(key) ? successor(group) : Buffer.concat([key, Buffer.from([0])]);
  return Buffer.compare(next, prefix) > 0 ? next : prefix;
}

function groupOf(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0 || !key.subarray(0, prefix.length).equals(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length);
}

/** The first byte string after everything that starts with these bytes, none of which is 0xff in UTF-8. */
function successor(bytes: Buffer): Buffer {
  const next = Buffer.from(bytes);
  next[next.length - 1] = (next[next.length - 1] ?? 0) + 1;
  return next;
}
