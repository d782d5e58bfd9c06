import type { StoreOperation } from '@data-universe/core-auth/protocol';
import type { Scope } from './granted-prefixes.ts';

/** Of a data file, a manifest or a block list: the names that a dataset has behind its prefix. */
const OBJECT_NAME =
  /^(?:data_\d{8}_\d{6}_(?:0|[1-9]\d{0,14})_[0-9a-f]{16}\.parquet|_manifest\/(?:\d{10}\.json|blocks_[0-9a-f]{64}\.bin))$/;
const LISTED_FOLDER = '_manifest/';
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Why an operation is none that the scope with these prefixes may do, or undefined where it is one. */
export function problemOf(
  operation: StoreOperation,
  { action }: Scope,
  prefixes: readonly string[],
): string | undefined {
  if (operation.op === 'list') return problemOfList(operation, prefixes);
  if (operation.op === 'put' && action !== 'upload') return 'a read puts nothing';
  if (isObjectOf(prefixes, operation.key)) return undefined;
  return 'its key is not of a data file, manifest or block list below a prefix that this request opens';
}

function problemOfList(
  { prefix, start_after: startAfter }: Extract<StoreOperation, { op: 'list' }>,
  prefixes: readonly string[],
): string | undefined {
  const known =
    prefixes.some((granted) => prefix === granted || prefix === `${granted}${LISTED_FOLDER}`) ||
    isObjectOf(prefixes, prefix);
  if (!known) return 'its prefix is none that this request opens';
  if (startAfter === undefined) return undefined;
  // Whatever key the store has listed last: it can only shorten what is listed.
  if (!startAfter.startsWith(prefix)) return '"start_after" does not begin with its prefix';
  return CONTROL.test(startAfter) ? '"start_after" holds control characters' : undefined;
}

function isObjectOf(prefixes: readonly string[], key: string): boolean {
  return prefixes.some(
    (prefix) => key.startsWith(prefix) && OBJECT_NAME.test(key.slice(prefix.length)),
  );
}
