import { DataFileError } from '../data-file-error.ts';
import { checkPages } from './check-pages.ts';
import { MAX_GROUP_BYTES, type SelectedGroup } from './row-groups.ts';
import type { VerifiedFile } from './verified-file.ts';

/**
 * The file as hyparquet may see it: what it reads of a row group has had its pages checked, so that no
 * bytes make it decode more than the group's share of memory. Throws as the file does, and Error.
 */
export function checkedGroup(
  file: VerifiedFile,
  { rows: [first, last], chunks }: SelectedGroup,
  required: ReadonlySet<string>,
): Pick<VerifiedFile, 'byteLength' | 'slice'> {
  const { name } = file.file;
  let bytesLeft = MAX_GROUP_BYTES;
  return {
    byteLength: file.byteLength,
    async slice(start, end = file.byteLength) {
      const inside = chunks.filter((chunk) => start <= chunk.start && chunk.end <= end);
      if (inside.length === 0)
        throw new DataFileError('BadData', name, `bytes ${start} to ${end} are no whole column`);
      const bytes = await file.slice(start, end);
      for (const chunk of inside)
        bytesLeft -= checkPages(
          new Uint8Array(bytes, chunk.start - start, chunk.end - chunk.start),
          {
            rows: last - first,
            optional: !required.has(chunk.column),
            compressed: chunk.compressed,
            maxBytes: bytesLeft,
          },
        );
      return bytes;
    },
  };
}
