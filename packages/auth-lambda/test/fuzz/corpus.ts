import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { WireInput } from '../../src/wire/wire-input.ts';

const headers = z.record(z.string(), z.string()).default({});
/** `body` as text, or `body_hex` where it is none. */
const entrySchema = z.object({
  headers,
  body: z.string().optional(),
  body_hex: z.string().optional(),
});
const vectorsSchema = z.object({ vectors: z.array(entrySchema) });
const SEEDS = 'test/fuzz/seeds.json';

/** Every request of the protocol's vectors, and what earlier runs found worth keeping. `folder` is the package's. */
export function readCorpus(folder: string): WireInput[] {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  const { vectors } = vectorsSchema.parse(read('vectors/exchanges.json'));
  return [...vectors, ...z.array(entrySchema).parse(read(SEEDS))].map((entry) => ({
    headers: entry.headers,
    body: Buffer.from(
      entry.body_hex ?? entry.body ?? '',
      entry.body_hex === undefined ? 'utf8' : 'hex',
    ),
  }));
}

const LONGEST_SEED = 2_000;

/** Adds inputs to those that are kept, but for long ones. */
export function keepSeeds(folder: string, inputs: readonly WireInput[]): void {
  const path = join(folder, SEEDS);
  const kept = z.array(z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  const short = inputs.filter(({ body }) => body.byteLength <= LONGEST_SEED);
  const added = short.map(({ body, headers: sent }) => {
    const text = Buffer.from(body).toString();
    const same = Buffer.from(text).equals(body);
    return {
      headers: sent,
      ...(same ? { body: text } : { body_hex: Buffer.from(body).toString('hex') }),
    };
  });
  writeFileSync(path, `${JSON.stringify([...kept, ...added], null, 2)}\n`);
}
