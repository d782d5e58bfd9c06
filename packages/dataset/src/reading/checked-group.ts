import { DataFileError } from '../data-file-error.ts';
import type { Column } from '../schema/columns.ts';
import { checkPages, type PageRules } from './check-pages.ts';
import { MAX_GROUP_BYTES, type SelectedGroup } from './row-groups.ts';
import type { VerifiedFile } from './verified-file.ts';

/**
 * The file as hyparquet may see it: what it reads of a row group has had its pages checked, so that no
 * bytes make it decode more than the group's share of memory. Throws as the file does, and Error.
 */
export function checkedGroup(
  file: VerifiedFile,
  { rows: [first, last], chunks }: SelectedGroup,
  columns: ReadonlyMap<string, Column>,
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
            ...levelsOf(columns.get(chunk.column)),
            compressed: chunk.compressed,
            maxBytes: bytesLeft,
          },
        );
      return bytes;
    },
  };
}

function levelsOf(column: Column | undefined): Pick<PageRules, 'levelBits' | 'isList'> {
  if (column?.type === 'strings') return { levelBits: 2, isList: true };
  return { levelBits: column?.required ? 0 : 1, isList: false };
}
