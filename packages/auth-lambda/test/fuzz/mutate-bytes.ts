import type { Random } from './random.ts';
import { TOKENS } from './words.ts';

/** Enough to go past the limit on bodies. */
const MOST_BYTES = 9_000;

/** Some bytes flipped, replaced, put in, taken out, repeated, or joined with those of another input. */
export function mutateBytes(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left -= 1) mutated = once(random, mutated, other);
  return mutated.subarray(0, MOST_BYTES);
}

function once(random: Random, bytes: Buffer, other: Uint8Array): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(16));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(end)];
  switch (random.below(7)) {
    case 0:
      if (at < bytes.length) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
      return bytes;
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, random.pick(TOKENS), after]);
    case 3:
      return Buffer.concat([before, random.pick(TOKENS), bytes.subarray(at)]);
    case 4: {
      const copy = bytes.subarray(at, end);
      const times = random.chance(50) ? 500 : 1 + random.below(3);
      return Buffer.concat([before, ...Array<Buffer>(times).fill(copy), bytes.subarray(at)]);
    }
    case 5: {
      const from = random.below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + random.below(64)), after]);
    }
    default:
      return random.chance(8)
        ? Buffer.from(before)
        : Buffer.concat([before, Buffer.of(random.below(256)), after]);
  }
}
