import { dataFileName } from './layout.ts';
import type { ManifestFile } from './manifest.ts';
import type { WrittenDataFile } from './writing/data-file-writer.ts';

/** How a manifest lists a written file; the time goes into its name. */
export function manifestFileOf(
  written: Omit<WrittenDataFile, 'oddities' | 'leftOut'>,
  writtenAt: Date,
): ManifestFile {
  return {
    name: dataFileName(writtenAt, written.rows, written.sha256),
    size: written.size,
    sha256: written.sha256,
    rows: written.rows,
    time_start: written.timeStart,
    time_end: written.timeEnd,
    bucket_start: written.bucketStart,
    bucket_end: written.bucketEnd,
    block_size: written.blockSize,
    block_list: written.blockListSha256,
  };
}
