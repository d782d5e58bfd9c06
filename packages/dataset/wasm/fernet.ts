// AssemblyScript, not TypeScript: `node scripts/build-wasm.mjs` compiles it into src/privacy/fernet-kernel-bytes.ts.
// What follows AES in a Fernet token, for many tokens at once: HMAC-SHA256 and URL-safe base64, twice.

/** Fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8 (FIPS 180-4). */
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const ALPHABET: usize = memory.data<u8>([
  65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88,
  89, 90, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114,
  115, 116, 117, 118, 119, 120, 121, 122, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 45, 95,
]);

const SCHEDULE: usize = memory.data(256, 16);
const INNER: usize = memory.data(32, 16);
const OUTER: usize = memory.data(32, 16);
const STATE: usize = memory.data(32, 16);
const BLOCK: usize = memory.data(128, 16);
const STATE_BYTES: usize = 32;
const BLOCK_BYTES: usize = 64;
const HEADER_BYTES: usize = 9;
const MAC_BYTES: usize = 32;

function compress(state: usize, block: usize): void {
  for (let index: usize = 0; index < 64; index += 4)
    store<u32>(SCHEDULE + index, bswap(load<u32>(block + index)));
  for (let index: usize = 64; index < 256; index += 4) {
    const early = load<u32>(SCHEDULE + index - 60);
    const late = load<u32>(SCHEDULE + index - 8);
    const small0 = rotr(early, 7) ^ rotr(early, 18) ^ (early >>> 3);
    const small1 = rotr(late, 17) ^ rotr(late, 19) ^ (late >>> 10);
    store<u32>(
      SCHEDULE + index,
      load<u32>(SCHEDULE + index - 64) + small0 + load<u32>(SCHEDULE + index - 28) + small1,
    );
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let index: usize = 0; index < 256; index += 4) {
    const big1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const first =
      h + big1 + (g ^ (e & (f ^ g))) + load<u32>(K + index) + load<u32>(SCHEDULE + index);
    const big0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const second = big0 + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}

/** Goes on from a state after one block; writes the digest, 32 bytes. */
function finish(from: usize, message: usize, size: usize, digest: usize): void {
  memory.copy(STATE, from, STATE_BYTES);
  let at: usize = 0;
  for (; at + BLOCK_BYTES <= size; at += BLOCK_BYTES) compress(STATE, message + at);
  const rest = size - at;
  memory.fill(BLOCK, 0, 128);
  memory.copy(BLOCK, message + at, rest);
  store<u8>(BLOCK + rest, 0x80);
  const end: usize = rest < 56 ? 64 : 128;
  store<u64>(BLOCK + end - 8, bswap<u64>((<u64>(size + BLOCK_BYTES)) << 3));
  compress(STATE, BLOCK);
  if (end === 128) compress(STATE, BLOCK + 64);
  for (let index: usize = 0; index < 32; index += 4)
    store<u32>(digest + index, bswap(load<u32>(STATE + index)));
}

/** Takes the 16 bytes of a signing key. */
export function setKey(key: usize): void {
  for (let pass = 0; pass < 2; pass += 1) {
    const state = pass === 0 ? INNER : OUTER;
    memory.fill(BLOCK, pass === 0 ? 0x36 : 0x5c, BLOCK_BYTES);
    for (let index: usize = 0; index < 16; index += 1)
      store<u8>(BLOCK + index, load<u8>(BLOCK + index) ^ load<u8>(key + index));
    memory.copy(state, INITIAL, STATE_BYTES);
    compress(state, BLOCK);
  }
  memory.fill(BLOCK, 0, 128);
}

/** Returns how many bytes it wrote, padding included. */
function base64(from: usize, size: usize, to: usize): usize {
  let out = to;
  let at: usize = 0;
  for (; at + 3 <= size; at += 3) {
    const bits =
      ((<u32>load<u8>(from + at)) << 16) |
      ((<u32>load<u8>(from + at + 1)) << 8) |
      <u32>load<u8>(from + at + 2);
    store<u8>(out, load<u8>(ALPHABET + (bits >> 18)));
    store<u8>(out + 1, load<u8>(ALPHABET + ((bits >> 12) & 63)));
    store<u8>(out + 2, load<u8>(ALPHABET + ((bits >> 6) & 63)));
    store<u8>(out + 3, load<u8>(ALPHABET + (bits & 63)));
    out += 4;
  }
  const rest = size - at;
  if (rest > 0) {
    const bits =
      ((<u32>load<u8>(from + at)) << 16) | (rest === 2 ? (<u32>load<u8>(from + at + 1)) << 8 : 0);
    store<u8>(out, load<u8>(ALPHABET + (bits >> 18)));
    store<u8>(out + 1, load<u8>(ALPHABET + ((bits >> 12) & 63)));
    store<u8>(out + 2, rest === 2 ? load<u8>(ALPHABET + ((bits >> 6) & 63)) : 61);
    store<u8>(out + 3, 61);
    out += 4;
  }
  return out - to;
}

/**
 * Makes encoded texts of what AES has made, each an IV and its blocks, one behind the other at `input`,
 * their sizes as u32 at `sizes`. `scratch` has room for two tokens. Writes each as u32 length and bytes;
 * returns the end.
 */
export function encode(
  input: usize,
  sizes: usize,
  count: u32,
  time: u64,
  scratch: usize,
  output: usize,
): usize {
  let from = input;
  let to = output;
  for (let index: u32 = 0; index < count; index += 1) {
    const size = <usize>load<u32>(sizes + (index << 2));
    store<u8>(scratch, 0x80);
    store<u64>(scratch + 1, bswap<u64>(time));
    memory.copy(scratch + HEADER_BYTES, from, size);
    const signed = HEADER_BYTES + size;
    finish(INNER, scratch, signed, scratch + signed);
    finish(OUTER, scratch + signed, MAC_BYTES, scratch + signed);
    const token = scratch + signed + MAC_BYTES;
    const length = base64(scratch, signed + MAC_BYTES, token);
    const encoded = base64(token, length, to + 4);
    store<u32>(to, <u32>encoded);
    to += 4 + encoded;
    from += size;
  }
  return to;
}
