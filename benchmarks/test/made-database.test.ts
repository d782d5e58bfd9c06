import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDatabase } from '../src/database/make-database.ts';

const ROWS = 800;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

function rowsOf(name: string) {
  const path = join(folder, name);
  const made = makeDatabase(path, ROWS);
  const database = new Database(path, { readonly: true });
  const rows = database
    .prepare<[], Record<string, unknown>>('SELECT * FROM DataEntity ORDER BY uri')
    .all();
  database.close();
  return { made, rows };
}

it('makes the same rows every time', () => {
  const [a, b] = ['a.sqlite', 'b.sqlite'].map((name) => JSON.stringify(rowsOf(name)));
  expect(a === b).toBe(true);
});

it('makes as many rows as asked, each with the bucket of its time and the size of its content', () => {
  const { made, rows } = rowsOf('c.sqlite');
  expect(made.rows).toBe(ROWS);
  expect(rows).toHaveLength(ROWS);
  let bytes = 0;
  for (const { datetime, timeBucketId, content, contentSizeBytes, uri } of rows) {
    const seconds = Date.parse(String(datetime).replace(' ', 'T')) / 1_000;
    expect(timeBucketId).toBe(Math.floor(seconds / 3_600));
    expect(contentSizeBytes).toBe((content as Buffer).byteLength);
    expect(JSON.parse(String(content)).url).toBe(uri);
    bytes += (content as Buffer).byteLength;
  }
  expect(made.bytes).toBe(bytes);
});

it('makes content of about the size that rows of X have', () => {
  const { made } = rowsOf('d.sqlite');
  expect(made.bytes / made.rows).toBeGreaterThan(400);
  expect(made.bytes / made.rows).toBeLessThan(550);
});
