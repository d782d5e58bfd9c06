/// <reference path="./web-assembly.d.ts" />
import { FERNET_KERNEL } from './fernet-kernel-bytes.ts';

/** Behind what the module itself keeps. */
const KEY_AT = 65_536;
const SIZES_AT = KEY_AT + 64;
export const MAX_TOKENS = 4_096;
const INPUT_AT = SIZES_AT + 4 * MAX_TOKENS;
const PAGE_BYTES = 65_536;

/** What wasm/fernet.ts exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  setKey(key: number): void;
  encode(
    input: number,
    sizes: number,
    count: number,
    time: bigint,
    scratch: number,
    output: number,
  ): number;
}

function isKernel(exports: object): exports is Exports {
  return 'memory' in exports && 'setKey' in exports && 'encode' in exports;
}

/** HMAC and base64 of many Fernet tokens at once, in WebAssembly. */
export class FernetKernel {
  readonly #exports: Exports;

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(FERNET_KERNEL, 'base64'));
    const { exports } = new WebAssembly.Instance(module);
    if (!isKernel(exports)) throw new Error('the kernel exports something else');
    this.#exports = exports;
  }

  /**
   * `encrypted` is an IV and its blocks for each token, of so many bytes each; time in Unix seconds. Returns
   * encoded texts, each behind its length (u32), as a view that holds until the next call.
   */
  encode(signingKey: Uint8Array, encrypted: Uint8Array, sizes: Uint32Array, time: number): Buffer {
    const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
    const scratch = INPUT_AT + encrypted.byteLength;
    // A token is in `scratch` once as bytes and once as text.
    const output = scratch + 4 * (largest + 128);
    this.#reserve(output + 2 * encrypted.byteLength + 128 * sizes.length);
    const memory = new Uint8Array(this.#exports.memory.buffer);
    memory.set(signingKey, KEY_AT);
    this.#exports.setKey(KEY_AT);
    memory.fill(0, KEY_AT, KEY_AT + signingKey.byteLength);
    memory.set(new Uint8Array(sizes.buffer, sizes.byteOffset, sizes.byteLength), SIZES_AT);
    memory.set(encrypted, INPUT_AT);
    const end = this.#exports.encode(
      INPUT_AT,
      SIZES_AT,
      sizes.length,
      BigInt(time),
      scratch,
      output,
    );
    return Buffer.from(this.#exports.memory.buffer, output, end - output);
  }

  #reserve(bytes: number): void {
    const { memory } = this.#exports;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
  }
}
