import { addressOf, type HotkeyAddress, toHex } from '@data-universe/core-auth/protocol';
import type { NeuronStatus } from './neuron-registry.ts';
import { ScaleError, type ScaleReader } from './scale-reader.ts';

export const SELECTIVE_METAGRAPH = 'SubnetInfoRuntimeApi_get_selective_metagraph';

/** Where SelectiveMetagraph keeps what we ask for; a field not asked for is an absent Option. */
const FIELD = { block: 7, numUids: 30, hotkeys: 52, validatorPermit: 57, totalStake: 69 } as const;

/** The netuid is asked for too: some runtimes give 0 where it is not. */
const ASKED = [0, ...Object.values(FIELD)];

/** Fields that later runtimes may have appended after those known. */
const MAX_TRAILING_FIELDS = 64;
const MAX_UIDS = 16_384;

/** What an account is where nobody holds a uid. */
const NOBODY = '00'.repeat(32);

export interface SubnetMetagraph {
  readonly blockNumber: bigint;
  readonly validatorPermits: readonly boolean[];
  /** Every registered neuron, with its stake as the chain weighs it. */
  readonly neurons: ReadonlyMap<HotkeyAddress, NeuronStatus>;
}

/** The arguments of the call: netuid u16, indexes Vec<u16>. */
export function metagraphArguments(netuid: number): string {
  const bytes = Buffer.alloc(3 + 2 * ASKED.length);
  bytes.writeUInt16LE(netuid, 0);
  bytes.writeUInt8(ASKED.length << 2, 2);
  for (const [position, field] of ASKED.entries()) bytes.writeUInt16LE(field, 3 + 2 * position);
  return toHex(bytes);
}

/** The value inside the Option that the call gives. Throws ScaleError. */
export function readMetagraph(reader: ScaleReader, netuid: number): SubnetMetagraph {
  const named = reader.compact();
  if (named !== BigInt(netuid)) throw new ScaleError(`subnet ${named} instead of ${netuid}`);
  let next = 1;
  const field = <T>(index: number, read: () => T): T => {
    for (; next < index; next += 1) requireAbsent(reader, next);
    next += 1;
    const value = reader.option(read);
    if (value === undefined) throw new ScaleError(`field ${index} was asked for and is absent`);
    return value;
  };

  const blockNumber = field(FIELD.block, () => reader.compact());
  const count = field(FIELD.numUids, () => reader.compact());
  const hotkeys = field(FIELD.hotkeys, () => reader.vec(MAX_UIDS, () => reader.fixed(32)));
  const permits = field(FIELD.validatorPermit, () => reader.vec(MAX_UIDS, () => reader.bool()));
  const stakes = field(FIELD.totalStake, () => reader.vec(MAX_UIDS, () => reader.compact()));
  if (reader.remaining > MAX_TRAILING_FIELDS) {
    throw new ScaleError(`${reader.remaining} bytes after the last field asked for`);
  }
  for (; reader.remaining > 0; next += 1) requireAbsent(reader, next);

  if (BigInt(hotkeys.length) !== count || BigInt(stakes.length) !== count) {
    throw new ScaleError(`${hotkeys.length} hotkeys and ${stakes.length} stakes for ${count} uids`);
  }
  return { blockNumber, validatorPermits: permits, neurons: byHotkey(hotkeys, permits, stakes) };
}

function requireAbsent(reader: ScaleReader, index: number): void {
  if (reader.u8() !== 0) throw new ScaleError(`field ${index} was not asked for and is there`);
}

function byHotkey(
  accounts: readonly Uint8Array[],
  permits: readonly boolean[],
  stakes: readonly bigint[],
): Map<HotkeyAddress, NeuronStatus> {
  const neurons = new Map<HotkeyAddress, NeuronStatus>();
  for (const [uid, account] of accounts.entries()) {
    if (Buffer.from(account).toString('hex') === NOBODY) continue;
    const hotkey = addressOf(account);
    const [validatorPermit, stake] = [permits[uid], stakes[uid]];
    if (neurons.has(hotkey)) throw new ScaleError(`uid ${uid} repeats a hotkey`);
    if (validatorPermit === undefined || stake === undefined) {
      throw new ScaleError(`uid ${uid} is beyond the validator permits or stakes`);
    }
    neurons.set(hotkey, { registered: true, uid, validatorPermit, stake });
  }
  return neurons;
}
