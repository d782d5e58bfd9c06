import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromHex, signerFromUri, verifySignature } from '../src/index.ts';

const shared = process.env.DATA_UNIVERSE_SHARED ?? join(import.meta.dirname, '../../../../shared');
const file = join(shared, 'vectors/sr25519-signatures.json');
const required = process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';
const schema = z.array(
  z.object({
    uri: z.string(),
    ss58: z.string(),
    message: z.string(),
    signature: z.string(),
    ok: z.boolean(),
  }),
);

describe('signatures recorded from other implementations', () => {
  it('verify as they did there', (context) => {
    if (!existsSync(file) && !required) context.skip(`no ${file}`);
    const vectors = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(vectors.length).toBeGreaterThan(0);
    for (const { uri, ss58, message, signature, ok } of vectors) {
      expect(signerFromUri(uri).address).toBe(ss58);
      const bytes = new TextEncoder().encode(message);
      expect(verifySignature(ss58, bytes, fromHex(signature, 64) ?? new Uint8Array())).toBe(ok);
    }
  });
});
