import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { checkZstdFrame } from './zstd-frame.ts';

/** zstd's own default, and what the files of this format are written with. */
const LEVEL = 3;

/** Thread-safe: every thread may have one of its own. */
interface Zstd {
  compress(bytes: Uint8Array): Uint8Array;
  /** At most `size` bytes are ever held. Throws Error where there are more, or other bytes than zstd's. */
  uncompress(bytes: Uint8Array, size: number): Uint8Array;
}

/** What Node has from 22.15 on. */
interface ZlibWithZstd {
  zstdCompressSync(bytes: Uint8Array): Uint8Array;
  zstdDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

function hasZstd(module: object): module is ZlibWithZstd {
  return 'zstdCompressSync' in module && 'zstdDecompressSync' in module;
}

function ofNode(node: ZlibWithZstd): Zstd {
  return {
    compress: (bytes) => node.zstdCompressSync(bytes),
    uncompress: (bytes, size) =>
      node.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) }),
  };
}

function ofAddon(): Zstd {
  const require = createRequire(import.meta.url);
  const addon = require('@toondepauw/node-zstd') as typeof import('@toondepauw/node-zstd');
  const encoder = new addon.Encoder(LEVEL);
  const decoder = new addon.Decoder();
  return {
    compress: (bytes) => encoder.encodeSync(bufferOf(bytes)),
    uncompress: (bytes, size) => {
      // The addon knows no limit.
      checkZstdFrame(bytes, size);
      return decoder.decodeSync(bufferOf(bytes));
    },
  };
}

const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

let loaded: Zstd | undefined;

function zstd(): Zstd {
  loaded ??= hasZstd(zlib) ? ofNode(zlib) : ofAddon();
  return loaded;
}

export function compressZstd(bytes: Uint8Array): Uint8Array {
  return zstd().compress(bytes);
}

/** Uncompresses one frame of exactly `size` bytes. Throws Error for all else. */
export function uncompressZstd(bytes: Uint8Array, size: number): Uint8Array {
  const output = zstd().uncompress(bytes, size);
  if (output.byteLength !== size)
    throw new Error(`zstd: ${output.byteLength} bytes, not the ${size} announced`);
  return output;
}
