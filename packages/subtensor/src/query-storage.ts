import { z } from 'zod';
import { ChainUnavailableError } from './chain-unavailable-error.ts';
import { hashSchema, hexBytesSchema } from './hex-bytes.ts';
import type { RpcCall } from './json-rpc.ts';
import { decodeScale, ScaleError, type ScaleReader } from './scale-reader.ts';

/** The hash of the newest block that can't be undone. */
export async function finalizedHead(rpc: RpcCall): Promise<string> {
  const hash = hashSchema.safeParse(await rpc('chain_getFinalizedHead', []));
  if (!hash.success) throw malformed('the finalised head is no hash');
  return hash.data;
}

/** Storage at one block. Reading a value throws ChainUnavailableError where it is not what it must be. */
export class StorageValues {
  readonly #values: ReadonlyMap<string, Uint8Array | null>;

  constructor(values: ReadonlyMap<string, Uint8Array | null>) {
    this.#values = values;
  }

  /** Undefined where the chain says that there is no such value. */
  optional<T>(key: string, what: string, read: (reader: ScaleReader) => T): T | undefined {
    const bytes = this.#values.get(key);
    if (bytes === undefined) throw malformed(`${what} was not asked for`);
    return bytes === null ? undefined : decodeAnswer(bytes, what, read);
  }

  required<T>(key: string, what: string, read: (reader: ScaleReader) => T): T {
    const value = this.optional(key, what, read);
    if (value === undefined) throw malformed(`${what} is absent`);
    return value;
  }
}

/** All `keys` at the block `at`, in one question. */
export async function queryStorage(
  rpc: RpcCall,
  keys: readonly string[],
  at: string,
): Promise<StorageValues> {
  const answer = changeSetsSchema.safeParse(await rpc('state_queryStorageAt', [keys, at]));
  if (!answer.success) throw malformed('the storage answer has another shape');
  const [{ block, changes }] = answer.data;
  if (block !== at) throw malformed('the storage answer is of another block');
  const values = new Map(changes);
  const complete = changes.length === keys.length && keys.every((key) => values.has(key));
  if (!complete) throw malformed('the storage answer has not each key once');
  return new StorageValues(values);
}

/** `bytes` as one SCALE value; what is wrong with them is the endpoint's fault. */
export function decodeAnswer<T>(
  bytes: Uint8Array,
  what: string,
  read: (reader: ScaleReader) => T,
): T {
  try {
    return decodeScale(bytes, read);
  } catch (cause) {
    if (!(cause instanceof ScaleError)) throw cause;
    throw malformed(`${what}: ${cause.message}`, cause);
  }
}

export function malformed(message: string, cause?: unknown): ChainUnavailableError {
  return new ChainUnavailableError(message, { reason: 'Malformed', cause });
}

const changeSetsSchema = z.tuple([
  z.object({
    block: hashSchema,
    changes: z.array(z.tuple([z.string(), hexBytesSchema.nullable()])),
  }),
]);
