import { createHash, type Hash } from 'node:crypto';
import { CloudError } from '../errors.ts';
import { sha256Hex } from './canonical-request.ts';
import { sameSignature, signatureHex } from './signing-key.ts';
import type { SignatureSeed } from './verify.ts';

const EMPTY_SHA256 = sha256Hex('');
const LINE_LIMIT = 16 * 1024;
const SMALLEST_CHUNK = 8192;

export interface ChunkedBodyOptions {
  /** Present where each chunk carries a signature, which chains from the request's. */
  readonly seed?: SignatureSeed;
  /** The one trailing header that x-amz-trailer announced, in lower case. */
  readonly trailer?: string;
  /** Called with the trailing header's value, once its signature (if any) holds. */
  readonly onTrailer?: (value: string) => void;
}

/**
 * Decodes an aws-chunked body and verifies each chunk's signature. Bytes flow before their chunk's signature is known,
 * so nothing made from them may stand unless this generator ends without an error.
 */
export async function* decodeChunkedBody(
  source: AsyncIterable<Buffer>,
  options: ChunkedBodyOptions,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  const signer = options.seed === undefined ? undefined : new ChunkSigner(options.seed);
  let sawShortChunk = false;
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.line(), signer !== undefined);
    if (size > 0 && sawShortChunk) {
      throw new CloudError(
        'InvalidChunkSizeError',
        403,
        `Only the last chunk is allowed to have a size less than ${SMALLEST_CHUNK} bytes`,
      );
    }
    sawShortChunk = size < SMALLEST_CHUNK;
    signer?.begin();
    for await (const piece of reader.bytes(size)) {
      signer?.update(piece);
      yield piece;
    }
    signer?.end(signature);
    if (size === 0) break;
    if ((await reader.line()) !== '') throw incomplete('A chunk is longer than it says.');
  }
  await readTrailer(reader, signer, options);
  await reader.end();
}

async function readTrailer(
  reader: ByteReader,
  signer: ChunkSigner | undefined,
  options: ChunkedBodyOptions,
): Promise<void> {
  const lines: string[] = [];
  // Some clients close the trailer with an empty line, some with the end of the body.
  for (let line = await reader.lineOrEnd(); line; line = await reader.lineOrEnd()) {
    lines.push(line);
    if (lines.length > 2) throw malformedTrailer();
  }
  if (options.trailer === undefined) {
    if (lines.length > 0) throw malformedTrailer();
    return;
  }
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const value = fields.get(options.trailer);
  if (value === undefined || fields.size !== (signer === undefined ? 1 : 2)) {
    throw malformedTrailer();
  }
  signer?.verifyTrailer(`${options.trailer}:${value}\n`, fields.get('x-amz-trailer-signature'));
  options.onTrailer?.(value);
}

function parseChunkHeader(line: string, signed: boolean): { size: number; signature: string } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  const signature = match?.[2] ?? '';
  if (match === null || (signature !== '') !== signed)
    throw incomplete('A chunk header is malformed.');
  return { size: Number.parseInt(match[1] ?? '', 16), signature };
}

class ChunkSigner {
  readonly #seed: SignatureSeed;
  #previous: string;
  #hash: Hash = createHash('sha256');

  constructor(seed: SignatureSeed) {
    this.#seed = seed;
    this.#previous = seed.signature;
  }

  begin(): void {
    this.#hash = createHash('sha256');
  }

  update(piece: Buffer): void {
    this.#hash.update(piece);
  }

  end(given: string): void {
    this.#verify('AWS4-HMAC-SHA256-PAYLOAD', [EMPTY_SHA256, this.#hash.digest('hex')], given);
  }

  verifyTrailer(trailer: string, given: string | undefined): void {
    this.#verify('AWS4-HMAC-SHA256-TRAILER', [sha256Hex(trailer)], given ?? '');
  }

  #verify(algorithm: string, hashes: readonly string[], given: string): void {
    const { key, amzDate, scope } = this.#seed;
    const text = [algorithm, amzDate, scope, this.#previous, ...hashes].join('\n');
    const expected = signatureHex(key, text);
    if (!sameSignature(expected, given)) {
      throw new CloudError(
        'SignatureDoesNotMatch',
        403,
        'The signature of a chunk does not match the one we calculated.',
      );
    }
    this.#previous = expected;
  }
}

/** Lines and counted bytes out of a stream of arbitrary pieces. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw incomplete('The body ended inside its chunks.');
    return line;
  }

  /** Without its CRLF; undefined at the end of the body. */
  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (this.#buffer.length > LINE_LIMIT) throw incomplete('A chunk header is too long.');
      if (!(await this.#more())) {
        if (this.#buffer.length > 0) throw incomplete('The body ended inside a line.');
        return undefined;
      }
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#buffer.length === 0 && !(await this.#more())) {
        throw incomplete('The body ended inside a chunk.');
      }
      const piece = this.#buffer.subarray(0, left);
      this.#buffer = this.#buffer.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async end(): Promise<void> {
    while (this.#buffer.length === 0) if (!(await this.#more())) return;
    throw incomplete('The body goes on after its last chunk.');
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#buffer =
      this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    return true;
  }
}

const incomplete = (message: string) => new CloudError('IncompleteBody', 400, message);
const malformedTrailer = () =>
  new CloudError(
    'MalformedTrailerError',
    400,
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
