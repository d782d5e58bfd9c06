import type { writeIndexes } from 'hyparquet-writer/src/indexes.js';

/** What a footer says of the pages of one column chunk. */
export type PageIndexes = Parameters<typeof writeIndexes>[1][number];
