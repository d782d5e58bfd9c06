import { createHash } from 'node:crypto';
import { Encoder } from '@toondepauw/node-zstd';
import Database from 'better-sqlite3';
import { databaseIn } from '../database/prepared.ts';
import type { Task } from '../measure/task.ts';

const PAGE_ROWS = 2_000;
const ZSTD_LEVEL = 3;

/**
 * The least that publishing could be: the content is read, compressed and hashed in one thread, and
 * nothing is written.
 */
export const scanTask: Task = async ({ prepared, units }) => {
  const database = new Database(databaseIn(prepared), { readonly: true, fileMustExist: true });
  const encoder = new Encoder(ZSTD_LEVEL);
  return async () => {
    const hash = createHash('sha256');
    const rows = database.prepare<[], Buffer>('SELECT content FROM DataEntity').pluck().iterate();
    let page: Buffer[] = [];
    let count = 0;
    let bytes = 0;
    const flush = () => {
      hash.update(encoder.encodeSync(Buffer.concat(page)));
      page = [];
    };
    for (const content of rows) {
      page.push(content);
      count += 1;
      bytes += content.byteLength;
      if (page.length === PAGE_ROWS) flush();
    }
    flush();
    hash.digest();
    database.close();
    if (count !== units) throw new Error(`scanned ${count} of ${units} rows`);
    return { units, bytes };
  };
};
