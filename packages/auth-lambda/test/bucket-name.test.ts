import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBucketName } from '../src/index.ts';

test.each(['abc', 'data-universe-storage', 'a.b-c', '1.2.3', 'b'.repeat(63)])('%s', (name) => {
  expect(isBucketName(name)).toBe(true);
});

test.each([
  'ab',
  'b'.repeat(64),
  '-abc',
  'abc-',
  '.abc',
  'a..b',
  'ABC',
  'a_b',
  '192.168.0.1',
  'xn--abc',
  'sthree-abc',
  'amzn-s3-demo-abc',
  'abc-s3alias',
  'abc--ol-s3',
  'abc.mrap',
  'abc--x-s3',
  'abc--table-s3',
  'abc\n',
])('not %j', (name) => {
  expect(isBucketName(name)).toBe(false);
});

test('no accepted name holds a character with a meaning in a policy', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3, maxLength: 63 }), (name) => {
      if (isBucketName(name)) expect(name).toMatch(/^[a-z0-9.-]+$/);
    }),
  );
});
