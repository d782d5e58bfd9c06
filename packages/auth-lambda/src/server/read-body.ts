import type { Readable } from 'node:stream';
import { MAX_BODY_BYTES } from '../wire/read-claim.ts';

/** Read and thrown away beyond the limit, so that an overlong request still gets its answer. */
export const MAX_DRAINED_BYTES = 256 * 1024;

/**
 * The body of a request; of one that is too long the first bytes past the limit, which tells the
 * handler as much. Memory is bounded whatever is sent.
 */
export async function readBody(stream: Readable): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let size = 0;
  // The iterator must not destroy the stream on return: its socket carries the answer.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a body is read as bytes');
    if (size <= MAX_BODY_BYTES) kept.push(chunk.subarray(0, MAX_BODY_BYTES + 1 - size));
    size += chunk.byteLength;
    if (size > MAX_DRAINED_BYTES) break;
  }
  return Buffer.concat(kept);
}
