import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';

/** What tells one SQLite file from another under the same path. */
export const databaseFileSchema = z.object({
  inode: z.string(),
  /** SQLite's change counter, of the file's header: it never goes back while the file is the same. */
  changes: z.int(),
});
export type DatabaseFile = z.infer<typeof databaseFileSchema>;

const COUNTER_OFFSET = 24;

export function databaseFileAt(path: string): DatabaseFile {
  const file = openSync(path, 'r');
  try {
    const counter = Buffer.alloc(4);
    readSync(file, counter, 0, 4, COUNTER_OFFSET);
    const { ino } = fstatSync(file, { bigint: true });
    return { inode: String(ino), changes: counter.readUInt32BE() };
  } finally {
    closeSync(file);
  }
}

/** Whether another file has taken the place of the one that was there: a restored copy, for example. */
export function isReplaced(before: DatabaseFile, now: DatabaseFile): boolean {
  return before.inode !== now.inode || now.changes < before.changes;
}
