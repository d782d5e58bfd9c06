import { CloudError } from '../errors.ts';

/** Reads a body as UTF-8. Throws as soon as it exceeds `limit` bytes. */
export async function readBoundedText(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      throw new CloudError(
        'EntityTooLarge',
        400,
        `The request body exceeds the maximum allowed size of ${limit} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new CloudError('InvalidRequest', 400, 'The request body is not UTF-8.', { cause });
  }
}
