import { isMaskedAt, sameEntry } from '../ledger/entries.ts';
import type { Segment } from '../ledger/ledger-records.ts';
import { ENTRY_BYTES, uriKeyAt } from '../ledger/row-digest.ts';

/** One published row: which segment, and which row of it. */
export interface Place {
  readonly segment: Segment;
  readonly row: number;
}

export type Comparison =
  | { readonly kind: 'new' }
  | { readonly kind: 'same' | 'replaced'; readonly old: Place };

/** Compares the rows of one bucket with what the ledger says is published of it. */
export class BucketDiff {
  /** By uri key; several where two uris share one. */
  readonly #published = new Map<number, Place[]>();

  constructor(segments: readonly Segment[]) {
    for (const segment of segments) {
      const rows = segment.entries.byteLength / ENTRY_BYTES;
      for (let row = 0; row < rows; row += 1) {
        if (isMaskedAt(segment.entries, row * ENTRY_BYTES)) continue;
        const key = uriKeyAt(segment.entries, row * ENTRY_BYTES);
        const places = this.#published.get(key);
        if (places) places.push({ segment, row });
        else this.#published.set(key, [{ segment, row }]);
      }
    }
  }

  /** Each row of the database is compared once. */
  compare(entry: Buffer): Comparison {
    const key = uriKeyAt(entry, 0);
    const places = this.#published.get(key);
    if (places === undefined) return { kind: 'new' };
    const same = places.findIndex(({ segment, row }) =>
      sameEntry(segment.entries, row * ENTRY_BYTES, entry, 0),
    );
    const [old] = places.splice(Math.max(same, 0), 1);
    if (places.length === 0) this.#published.delete(key);
    if (old === undefined) return { kind: 'new' };
    return { kind: same >= 0 ? 'same' : 'replaced', old };
  }

  /** A published row of this uri, whatever it holds, once. */
  take(uriKey: number): Place | undefined {
    const places = this.#published.get(uriKey);
    const place = places?.pop();
    if (places?.length === 0) this.#published.delete(uriKey);
    return place;
  }

  /** Uri keys of the rows that no call has matched. */
  remainingKeys(): Iterable<number> {
    return this.#published.keys();
  }

  /** Published rows that no row of the database was compared with. */
  *gone(): Generator<Place> {
    for (const places of this.#published.values()) yield* places;
  }
}
