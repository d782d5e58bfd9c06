import { createHash } from 'node:crypto';

declare const sha256Brand: unique symbol;

/** SHA-256 as 64 lower-case hex characters. */
export type Sha256 = string & { readonly [sha256Brand]: true };

const SHA256 = /^[0-9a-f]{64}$/;

export function isSha256(text: string): text is Sha256 {
  return SHA256.test(text);
}

export function sha256Of(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

/** SHA-256 over chunks as they pass. */
export async function sha256OfStream(chunks: AsyncIterable<Uint8Array>): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex') as Sha256;
}
