import { addressOf, SOURCE_NAMES } from '@data-universe/core-auth';

/** Hotkeys that inputs are about: few, so that two fields often name the same. */
export const HOTKEYS = [1, 2, 3, 250].map((fill) => addressOf(new Uint8Array(32).fill(fill)));

const [FIRST = '', SECOND = ''] = HOTKEYS;

/** What a mistake in parsing or in a policy would most likely take for something else. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  '*',
  '?',
  '/',
  '//',
  '.',
  '..',
  '../',
  `../${SECOND}/`,
  '%2e%2e%2f',
  '%2F',
  '%00',
  '\0',
  '\n',
  '\r\n',
  '\u2028',
  '\ud800',
  '\ufeff',
  'é',
  'e\u0301',
  '\uff0f',
  '$' + '{aws:username}',
  '$' + '{*}',
  '"',
  '\\',
  "'",
  ':',
  '","Resource":"*',
  '__proto__',
  'constructor',
  'toString',
  'reddit',
  'X',
  'x ',
  'data/',
  'data/*/',
  `data/x/${SECOND}/`,
  FIRST.slice(0, -1),
  `${FIRST}a`,
  `${FIRST} `,
  `${FIRST}/`,
  `${FIRST}*`,
  FIRST.toLowerCase(),
  '0x',
  '1',
  'null',
  'NaN',
];

/** Values in place of a field's own. */
export const HOSTILE_VALUES: readonly unknown[] = [
  ...HOSTILE_TEXTS,
  ...HOTKEYS,
  ...SOURCE_NAMES,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  253_402_300_799,
  [],
  {},
  ['x'],
  [['x']],
  { $ne: null },
  { toString: 'x' },
  { length: 5 },
];

/** Bytes that JSON, UTF-8 or a parser by hand might stumble over. */
export const TOKENS: readonly Buffer[] = [
  ...HOSTILE_TEXTS,
  ...HOTKEYS,
  ...['{', '}', '[', ']', ',', '{"', '"}', '":', ',"', '\\u002a', '\\u0022', '\\ud800', '\\/'],
  ...['"version":1,', '"version":2,', '"action":"read",', '"source":"x",', '"hotkey":"*",'],
  ...['"__proto__":{"version":1},', '"miner_hotkey":"*",', '"operations":[],', '"s3_path":"",'],
  ...['1e3', '-0', '1.0', '1e999', '0.1', '9007199254740993', '01', '+1', '.5', '0x10'],
  ...['true', 'false', 'null', 'undefined', 'NaN', ' ', '\t', '\u00a0', '//', '/**/'],
]
  .map((text) => Buffer.from(text))
  .concat(
    ['c0af', 'eda080', 'f4908080', 'ff', 'fe', 'efbbbf', '00', '80', 'e28080'].map((hex) =>
      Buffer.from(hex, 'hex'),
    ),
  );
