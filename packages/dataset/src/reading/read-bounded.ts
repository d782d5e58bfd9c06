import { readAll } from '@data-universe/storage-core';

/** All bytes, or undefined as soon as there are more than `limit`. */
export async function readBounded(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array | undefined> {
  let exceeded = false;
  async function* counted(): AsyncIterable<Uint8Array> {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.byteLength;
      exceeded = size > limit;
      if (exceeded) return;
      yield chunk;
    }
  }
  const bytes = await readAll(counted());
  return exceeded ? undefined : bytes;
}
