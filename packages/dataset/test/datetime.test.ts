import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unixSeconds } from '../src/datetime.ts';
import { parseDatetime, printDatetime } from '../src/index.ts';

test.each([
  ['2024-05-01 12:34:56+00:00', 1_714_566_896_000_000n],
  ['2024-05-01 12:34:56.000001+00:00', 1_714_566_896_000_001n],
  ['2024-05-01T12:34:56Z', 1_714_566_896_000_000n],
  ['2024-05-01 14:34:56+02:00', 1_714_566_896_000_000n],
  ['2024-05-01 07:04:56-05:30', 1_714_566_896_000_000n],
  ['2024-05-01 12:34:56.5+00:00', 1_714_566_896_500_000n],
  ['2024-05-01 12:34:56.123456789+00:00', 1_714_566_896_123_456n],
  ['1969-12-31 23:59:59.999999+00:00', -1n],
  ['1970-01-01 00:00:00+00:00', 0n],
  ['0001-01-01 00:00:00+00:00', -62_135_596_800_000_000n],
  ['2024-02-29 00:00:00+00:00', 1_709_164_800_000_000n],
])('%s is a moment', (text, microseconds) => {
  expect(parseDatetime(text)).toBe(microseconds);
});

test.each([
  '',
  'NULL',
  'yesterday',
  '2024-05-01',
  '2024-05-01 12:34:56',
  '2024-02-30 00:00:00+00:00',
  '2023-02-29 00:00:00+00:00',
  '2024-13-01 00:00:00+00:00',
  '2024-05-01 24:00:00+00:00',
  '2024-05-01 12:60:00+00:00',
  '2024-05-01 12:00:60+00:00',
  '2024-05-01 12:00:00+24:00',
  '2024-05-01 12:00:00+00:00 ',
  '2024-05-01 12:00:00+00:00\n',
  '+012024-05-01 12:00:00+00:00',
])('%j is none', (text) => {
  expect(parseDatetime(text)).toBeUndefined();
});

test('what is printed is parsed as the same moment', () => {
  const microseconds = fc.bigInt({ min: -62_167_219_200_000_000n, max: 253_402_300_799_999_999n });
  fc.assert(
    fc.property(microseconds, (moment) => {
      const text = printDatetime(moment);
      expect(text).toBeDefined();
      expect(parseDatetime(text ?? '')).toBe(moment);
    }),
  );
});

test('a moment beyond four digits of year is not printed', () => {
  expect(printDatetime(253_402_300_800_000_000n)).toBeUndefined();
  expect(printDatetime(-62_167_219_200_000_001n)).toBeUndefined();
  expect(printDatetime(2n ** 63n - 1n)).toBeUndefined();
});

test('seconds are rounded down before 1970 too', () => {
  expect([-1n, 0n, 1n, -1_000_000n, -1_000_001n].map(unixSeconds)).toEqual([-1, 0, 0, -1, -2]);
});
