import { type HotkeyAddress, publicKeyOf } from '@data-universe/core-auth';

/** An encoder of its own, written from SCALE's definition, to hold the reader against. */
export function compact(value: bigint): Buffer {
  if (value < 2n ** 6n) return littleEndian(value << 2n, 1);
  if (value < 2n ** 14n) return littleEndian((value << 2n) | 1n, 2);
  if (value < 2n ** 30n) return littleEndian((value << 2n) | 2n, 4);
  const length = Math.ceil(value.toString(16).length / 2);
  return Buffer.concat([
    littleEndian(BigInt(((length - 4) << 2) | 3), 1),
    littleEndian(value, length),
  ]);
}

export function littleEndian(value: bigint, byteLength: number): Buffer {
  const digits = value.toString(16).padStart(2 * byteLength, '0');
  return Buffer.from(digits, 'hex').reverse();
}

export function vec(items: readonly Uint8Array[]): Buffer {
  return Buffer.concat([compact(BigInt(items.length)), ...items]);
}

interface MetagraphNeuron {
  /** Undefined: nobody holds the uid. */
  readonly hotkey?: HotkeyAddress;
  readonly permit: boolean;
  readonly stake: bigint;
}

export interface MetagraphParts {
  readonly netuid: number;
  readonly block: bigint;
  readonly neurons: readonly MetagraphNeuron[];
  /** Fields of the struct; 72 and 74 are in use. */
  readonly fieldCount?: number;
  /** Instead of the field's own bytes. */
  readonly replace?: Readonly<Record<number, Uint8Array>>;
}

/** Option<SelectiveMetagraph> as the runtime API gives it for the fields 0, 7, 30, 52, 57 and 69. */
export function encodeMetagraph(parts: MetagraphParts): Buffer {
  const { netuid, block, neurons, fieldCount = 74, replace = {} } = parts;
  const some = (value: Uint8Array) => Buffer.concat([Buffer.of(1), value]);
  const fields: Record<number, Uint8Array> = {
    0: compact(BigInt(netuid)),
    7: some(compact(block)),
    30: some(compact(BigInt(neurons.length))),
    52: some(vec(neurons.map(({ hotkey }) => accountOf(hotkey)))),
    57: some(vec(neurons.map(({ permit }) => Buffer.of(permit ? 1 : 0)))),
    69: some(vec(neurons.map(({ stake }) => compact(stake)))),
    ...replace,
  };
  const all = Array.from({ length: fieldCount }, (_, index) => fields[index] ?? Buffer.of(0));
  return some(Buffer.concat(all));
}

function accountOf(hotkey: HotkeyAddress | undefined): Uint8Array {
  return (hotkey === undefined ? undefined : publicKeyOf(hotkey)) ?? Buffer.alloc(32);
}
