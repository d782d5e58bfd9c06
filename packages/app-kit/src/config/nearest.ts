/** Edit distance in which swapping two neighbours counts as one edit. */
function distance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number =>
    rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      const swapped =
        i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(left.length, right.length);
}

/** `bucketName`, `Bucket-Name` and `bucket_name` are one word spelled three ways. */
function plain(word: string): string {
  return word.replaceAll(/[-_\s]/g, '').toLowerCase();
}

/** The candidate that was probably meant: at most one edit in three characters away. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(plain(word), plain(candidate));
    const near = edits <= Math.max(1, Math.floor(candidate.length / 3));
    if (near && (best === undefined || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}
