import type { Compressors } from 'hyparquet';
import { uncompressZstd } from '../../src/compression/zstd.ts';

/** What hyparquet needs to read files of this format. */
export const compressors: Compressors = { ZSTD: uncompressZstd };
