import canonicalize from 'canonicalize';

/** Deeper values are refused rather than left to overflow the stack. */
const MAX_DEPTH = 64;

/** A value that has no canonical JSON. The message names where in the value, never what it holds. */
export class CanonicalJsonError extends TypeError {
  override readonly name = 'CanonicalJsonError';
  readonly code = 'NotCanonicalJson';
  readonly retryable = false;
}

/**
 * The RFC 8785 text of a JSON value: null, booleans, finite numbers, well-formed strings, arrays and
 * plain objects. Throws CanonicalJsonError for everything that JSON.stringify would drop, convert or
 * invent (undefined, functions, Dates, holes, `toJSON`), so that what is signed is what is sent.
 */
export function canonicalJson(value: unknown): string {
  assertJson(value, '$', 0);
  const text = canonicalize(value);
  if (text === undefined) throw new CanonicalJsonError('$ is not a JSON value');
  return text;
}

function assertJson(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw new CanonicalJsonError(`nested more than ${MAX_DEPTH} levels deep`);
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new CanonicalJsonError(`${path} is not a finite number`);
    return;
  }
  if (typeof value === 'string') {
    assertWellFormed(value, path);
    return;
  }
  if (typeof value !== 'object') throw new CanonicalJsonError(`${path} is ${typeof value}`);
  if (Array.isArray(value)) {
    // Index by index: forEach and map would step over holes.
    for (let index = 0; index < value.length; index++) {
      assertJson(value[index], `${path}[${index}]`, depth + 1);
    }
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CanonicalJsonError(`${path} is not a plain object`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new CanonicalJsonError(`${path} has a symbol for a key`);
  }
  for (const [key, member] of Object.entries(value)) {
    assertWellFormed(key, path);
    assertJson(member, `${path}.${key}`, depth + 1);
  }
}

function assertWellFormed(text: string, path: string): void {
  if (!text.isWellFormed()) throw new CanonicalJsonError(`${path} holds a lone surrogate`);
}
