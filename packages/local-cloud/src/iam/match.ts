/**
 * Whether `text` matches a pattern of IAM: `*` is any run of characters, `?` exactly one, all else itself.
 * Greedy with one point to fall back to, so that a hostile pattern costs pattern x text at most, never exponential time.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  const p = Array.from(pattern);
  const t = Array.from(text);
  let i = 0;
  let j = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (j < t.length) {
    if (i < p.length && p[i] === '*') {
      starAt = i++;
      resumeAt = j;
    } else if (i < p.length && (p[i] === '?' || p[i] === t[j])) {
      i++;
      j++;
    } else if (starAt >= 0) {
      i = starAt + 1;
      j = ++resumeAt;
    } else {
      return false;
    }
  }
  while (p[i] === '*') i++;
  return i === p.length;
}
