import { SOURCE_NAMES, type StoreOperation } from '@data-universe/core-auth';
import type { WireInput } from '../../src/wire/wire-input.ts';
import type { Random } from './random.ts';
import { HOSTILE_TEXTS, HOSTILE_VALUES, HOTKEYS } from './words.ts';

type Fields = Record<string, unknown>;
const NOW = 1_750_000_000;
const encoder = new TextEncoder();

/** A request of any form, right but for the edits that are made to it; its signature is of no key. */
export function makeRequest(random: Random): WireInput {
  const make = random.pick([makeV1, makeV1, makeFirstUpload, makeFirstRead, makeTao]);
  const { fields, headers } = make(random);
  const edits = random.pick([0, 0, 1, 1, 2, 4]);
  for (let edit = 0; edit < edits; edit += 1)
    editFields(random, random.chance(4) ? headers : fields);
  return { body: encoder.encode(spell(random, fields)), headers: textsOf(headers) };
}

/** Values of a field replaced, removed, added or copied from another. */
export function editFields(random: Random, fields: Fields): void {
  const names = Object.keys(fields);
  const name =
    names.length === 0 || random.chance(6) ? random.pick(HOSTILE_TEXTS) : random.pick(names);
  const value = fields[name];
  const how = random.below(7);
  if (how === 0) delete fields[name];
  else if (how === 1 && names.length > 0) fields[name] = fields[random.pick(names)];
  else if (how === 2 && typeof value === 'string') fields[name] = splice(random, value);
  else if (how === 3 && typeof value === 'number')
    fields[name] = value + random.pick([-1, 1, 300, 0.5]);
  else if (how === 4) fields[random.pick(FOREIGN_NAMES)] = random.pick(HOSTILE_VALUES);
  else if (how === 5 && Array.isArray(value) && value.length > 0) editItem(random, value);
  else fields[name] = random.pick(HOSTILE_VALUES);
}

const FOREIGN_NAMES = [
  ...['version', 'action', 'source', 'hotkey', 'miner_hotkey', 'validator_hotkey', 's3_path'],
  ...[
    'operations',
    'expiry',
    'timestamp',
    'nonce',
    'audience',
    'x-tao-version',
    '__proto__',
    'op',
    'key',
  ],
];

function editItem(random: Random, items: unknown[]): void {
  const item: unknown = random.pick(items);
  if (typeof item === 'object' && item !== null) editFields(random, item as Fields);
}

function splice(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(HOSTILE_TEXTS) + text.slice(at + random.below(3));
}

interface Made {
  readonly fields: Fields;
  readonly headers: Fields;
}

function makeV1(random: Random): Made {
  const issued_at = NOW + random.below(1000);
  const hotkey = random.pick(HOTKEYS);
  const source = random.pick(SOURCE_NAMES);
  const owner = random.chance(2) ? hotkey : random.pick(HOTKEYS);
  const scope = random.chance(2)
    ? { action: 'upload', source }
    : { action: 'read', miner_hotkey: owner, ...(random.chance(2) && { source }) };
  const about = 'miner_hotkey' in scope ? owner : hotkey;
  const fields: Fields = {
    version: 1,
    ...scope,
    hotkey,
    network: 'finney',
    netuid: random.below(70_000),
    audience: 'https://auth.example.com/auth',
    issued_at,
    expires_at: issued_at + 1 + random.below(320),
    nonce: random.hex(32),
    ...(random.chance(2) && { operations: makeOperations(random, `data/${source}/${about}/`) }),
    signature: `0x${random.hex(128)}`,
  };
  return { fields, headers: {} };
}

function makeOperations(random: Random, prefix: string): StoreOperation[] {
  return Array.from({ length: random.below(4) }, () => {
    const name = random.pick([
      'data_20260102_030405_1000_0123456789abcdef.parquet',
      '_manifest/0000000001.json',
      `_manifest/blocks_${'ab'.repeat(32)}.bin`,
    ]);
    const key = random.chance(4) ? splice(random, prefix + name) : prefix + name;
    const op = random.pick(['put', 'get', 'head', 'list'] as const);
    if (op === 'put') return { op, key, size: 1 + random.below(9_000), sha256: random.hex(64) };
    if (op !== 'list') return { op, key };
    const listed = random.chance(2) ? prefix : random.pick([`${prefix}_manifest/`, key]);
    return {
      op,
      prefix: listed,
      ...(random.chance(2) && { start_after: random.chance(3) ? splice(random, listed) : listed }),
      ...(random.chance(2) && { max_keys: 1 + random.below(1000) }),
    };
  });
}

function makeFirstUpload(random: Random): Made {
  const hotkey = random.pick(HOTKEYS);
  const timestamp = NOW + random.below(1000);
  const folder = random.pick(['1', '2', ...SOURCE_NAMES]);
  const name = random.pick([
    'a.parquet',
    'x_data_chunk_0_1700000000.parquet',
    'hotkey=a/b/c.parquet',
  ]);
  const s3_path = `data/${folder}/${hotkey}/${name}`;
  const fields = {
    hotkey,
    timestamp,
    expiry: timestamp + 1 + random.below(4000),
    file_hash: random.hex(64),
    s3_path: random.chance(4) ? splice(random, s3_path) : s3_path,
    signature: random.hex(128),
  };
  return { fields, headers: {} };
}

function makeFirstRead(random: Random): Made {
  const timestamp = NOW + random.below(1000);
  const fields = {
    action: 'read',
    validator_hotkey: random.pick(HOTKEYS),
    miner_hotkey: random.pick(HOTKEYS),
    timestamp,
    expiry: timestamp + 1 + random.below(4000),
    signature: random.hex(128),
  };
  return { fields, headers: {} };
}

function makeTao(random: Random): Made {
  const source = random.pick(SOURCE_NAMES);
  const fields = random.chance(2)
    ? { action: 'upload', source }
    : { action: 'read', miner_hotkey: random.pick(HOTKEYS), ...(random.chance(2) && { source }) };
  const uuid = `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`;
  const headers = {
    'x-tao-version': '2',
    'x-tao-timestamp': String(NOW * 1000 + random.below(1_000_000)),
    'x-tao-nonce': uuid,
    'x-tao-signed-by': random.pick(HOTKEYS),
    'x-tao-signature': Buffer.from(random.hex(128), 'hex').toString('base64'),
  };
  return { fields, headers };
}

/** JSON of one meaning in many spellings, some with a name twice. */
function spell(random: Random, fields: Fields): string {
  const text = JSON.stringify(fields);
  const how = random.below(8);
  if (how === 0) return JSON.stringify(fields, null, random.pick([1, '\t', ' ']));
  if (how === 1) return JSON.stringify(Object.fromEntries(Object.entries(fields).toReversed()));
  if (how === 2) {
    const [name, value] = random.pick(Object.entries(fields).concat([['a', 1]]));
    return `{${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'},${text.slice(1)}`;
  }
  if (how === 3) return text.replaceAll('x', '\\u0078').replaceAll('a', '\\u0061');
  return text;
}

function textsOf(fields: Fields): Record<string, string> {
  const texts = Object.entries(fields).map(([name, value]) => [name, textOf(value)] as const);
  return Object.fromEntries(texts.filter(([name]) => name !== '__proto__'));
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
