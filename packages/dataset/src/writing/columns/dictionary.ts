import { ByteList } from './byte-list.ts';
import type { ColumnBuffer } from './column-buffer.ts';

/** Beyond it an index has more bits than it saves, and readers hold dictionaries in memory. */
const MAX_ENTRIES = 1 << 15;
const MAX_BYTES = 512 * 1024;
const MIN_VALUES = 16;
/** After so many values it shows whether they repeat. */
const SAMPLE = 512;
const MAX_SHARE_OF_SAMPLE = 0.8;
const MAX_SHARE = 0.5;

const SLOTS = 1 << 17;
const slots = new Int32Array(SLOTS);
const entryStarts = new Int32Array(MAX_ENTRIES + 1);

export interface Dictionary {
  /** The distinct values, in PLAIN encoding, in the order in which they come first. */
  readonly entries: ByteList;
  readonly size: number;
  /** For each value the number of its entry. */
  readonly indexes: Uint32Array;
}

const shared = new ByteList(MAX_BYTES + 1024);
let sharedIndexes = new Uint32Array(1 << 15);

/** The dictionary of a column, valid until the next call; undefined where its values repeat too little. */
export function dictionaryOf(buffer: ColumnBuffer): Dictionary | undefined {
  const { type } = buffer.column;
  if (type === 'boolean' || type === 'bytes' || buffer.count < MIN_VALUES) return undefined;
  const { count } = buffer;
  const { bytes } = buffer.values;
  const ends = type === 'string' || type === 'strings' ? buffer.ends.items : undefined;
  slots.fill(-1);
  shared.clear();
  if (sharedIndexes.length < count) sharedIndexes = new Uint32Array(count * 2);
  let size = 0;
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    if (index === SAMPLE && size > SAMPLE * MAX_SHARE_OF_SAMPLE) return undefined;
    const end = ends === undefined ? start + 8 : (ends[index] as number);
    let slot = hashOf(bytes, start, end) & (SLOTS - 1);
    let entry = slots[slot] as number;
    while (entry >= 0 && !isEntry(entry, bytes, start, end)) {
      slot = (slot + 1) & (SLOTS - 1);
      entry = slots[slot] as number;
    }
    if (entry < 0) {
      if (size === MAX_ENTRIES || shared.length + end - start > MAX_BYTES) return undefined;
      entry = size;
      slots[slot] = entry;
      shared.append(bytes, start, end);
      size += 1;
      entryStarts[size] = shared.length;
    }
    sharedIndexes[index] = entry;
    start = end;
  }
  if (size > count * MAX_SHARE) return undefined;
  return { entries: shared, size, indexes: sharedIndexes };
}

function isEntry(entry: number, bytes: Buffer, start: number, end: number): boolean {
  const from = entryStarts[entry] as number;
  if ((entryStarts[entry + 1] as number) - from !== end - start) return false;
  const known = shared.bytes;
  for (let index = start, other = from; index < end; index += 1, other += 1)
    if (bytes[index] !== known[other]) return false;
  return true;
}

/** FNV-1a, mixed once more: consecutive numbers differ in their first bytes alone. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1)
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
