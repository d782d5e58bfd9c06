import type { ManifestFile, VerifiedFile } from '../../src/index.ts';
import { listed } from './chain.ts';

/** A file whose hashes would all be right: what a miner signs may be wrong all the same. */
export function signedFor(bytes: ArrayBuffer, rows: number): VerifiedFile {
  const file: ManifestFile = { ...listed(1, rows), size: bytes.byteLength };
  return {
    file,
    byteLength: bytes.byteLength,
    slice: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}
