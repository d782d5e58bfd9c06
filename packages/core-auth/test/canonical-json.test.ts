import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CanonicalJsonError, canonicalJson } from '../src/index.ts';

/** Strings JSON can carry: no lone surrogates. */
const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 });

/** The same value with the members of each object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const);
  return Object.fromEntries(members.reverse());
}

describe('canonical JSON', () => {
  it('means the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        // JSON has no -0.
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('of canonical JSON is itself', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  const circular: { self?: unknown } = {};
  circular.self = circular;
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['an undefined element', [undefined]],
    ['a hole in an array', Object.assign([], { 1: 'after the hole' })],
    ['NaN', { a: Number.NaN }],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a bigint', 1n],
    ['a function', { a: () => 1 }],
    ['a symbol', [Symbol('a')]],
    ['a symbol for a key', { [Symbol('a')]: 1 }],
    ['a Date, which would turn into a string', new Date(0)],
    ['a Map, which would turn into {}', new Map([['a', 1]])],
    ['bytes', new Uint8Array(2)],
    ['a boxed string', Object('text')],
    ['its own idea of JSON', { toJSON: () => 'something else' }],
    ['a lone surrogate', { a: '\ud800' }],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['a circle', circular],
    ['a hundred levels', deep],
  ])('refuses what is no JSON value: %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(CanonicalJsonError);
  });

  it('says where in the value, and not what is there', () => {
    expect(() => canonicalJson({ a: [{ b: 10n ** 30n }] })).toThrow(/^\$\.a\[0\]\.b is bigint$/);
  });
});
