import { createHash } from 'node:crypto';
import { CloudError, invalidRequest } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';
import { decodeChunkedBody } from '../sigv4/chunked-body.ts';
import { payloadMode } from '../sigv4/payload-mode.ts';
import type { SignatureSeed } from '../sigv4/verify.ts';
import type { StoredChecksum } from '../store/attributes.ts';
import { createHasher } from './checksum-hasher.ts';
import {
  type ExpectedChecksum,
  expectedChecksum,
  expectedMd5,
  parseChecksumValue,
} from './expected-checksum.ts';

/** S3's limit for one PUT: 5 GiB. */
const LARGEST_BODY = 5 * 1024 ** 3;

/** What was learnt of a body once it was read whole and everything said about it held. */
export interface BodyFacts {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksum?: StoredChecksum;
}

export interface BodyOptions {
  /** False where x-amz-checksum-* speaks of the object and not of the body (CompleteMultipartUpload). */
  readonly checksum: boolean;
}

/**
 * A request body, decoded and verified while it streams: length, payload hash or chunk signatures, Content-MD5 and
 * checksum. It can be read once; an error at its end means that nothing of what was read may be kept.
 */
export class ReceivedBody {
  readonly #bytes: AsyncIterable<Buffer>;
  readonly #length: number;
  readonly #payloadSha256: string | undefined;
  readonly #md5: string | undefined;
  readonly #expected: ExpectedChecksum | undefined;
  #trailer: string | undefined;
  #facts: BodyFacts | undefined;

  constructor(
    request: {
      readonly headers: RequestHeaders;
      readonly presigned: boolean;
      readonly seed: SignatureSeed;
      readonly body: AsyncIterable<Buffer>;
    },
    options: BodyOptions = { checksum: true },
  ) {
    const { headers } = request;
    const mode = payloadMode(headers, request.presigned);
    const chunked = mode.kind === 'chunked';
    this.#length = bodyLength(headers, chunked);
    this.#md5 = expectedMd5(headers);
    this.#expected = options.checksum
      ? expectedChecksum(headers, chunked && mode.trailer)
      : undefined;
    this.#payloadSha256 = mode.kind === 'hash' ? mode.sha256 : undefined;
    const trailer = headers.get('x-amz-trailer')?.toLowerCase();
    if (chunked && mode.trailer && trailer === undefined) {
      throw invalidRequest('A streaming body with a trailer needs the header x-amz-trailer.');
    }
    this.#bytes = chunked
      ? decodeChunkedBody(request.body, {
          ...(mode.signed ? { seed: request.seed } : {}),
          ...(mode.trailer && trailer !== undefined ? { trailer } : {}),
          onTrailer: (value) => {
            this.#trailer = value;
          },
        })
      : request.body;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const md5 = createHash('md5');
    const payload = this.#payloadSha256 === undefined ? undefined : createHasher('sha256');
    // Hashing is most of what a PUT costs: the payload's SHA-256 serves as the checksum too.
    const checksumHasher =
      this.#expected === undefined || (this.#expected.algorithm === 'sha256' && payload)
        ? undefined
        : createHasher(this.#expected.algorithm);
    let size = 0;
    for await (const piece of this.#bytes) {
      size += piece.length;
      if (size > this.#length) throw incompleteBody();
      md5.update(piece);
      payload?.update(piece);
      checksumHasher?.update(piece);
      yield piece;
    }
    if (size !== this.#length) throw incompleteBody();
    const payloadDigest = payload?.digest();
    if (payloadDigest?.toString('hex') !== this.#payloadSha256) {
      throw new CloudError(
        'XAmzContentSHA256Mismatch',
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const md5Digest = md5.digest();
    if (this.#md5 !== undefined && md5Digest.toString('base64') !== this.#md5) {
      throw badDigest('Content-MD5');
    }
    const checksum = this.#verifiedChecksum(checksumHasher?.digest() ?? payloadDigest);
    this.#facts = { size, md5: md5Digest, ...(checksum === undefined ? {} : { checksum }) };
  }

  /** Only after the body was read to its end. */
  facts(): BodyFacts {
    if (this.#facts === undefined) throw new Error('The body has not been read to its end.');
    return this.#facts;
  }

  #verifiedChecksum(digest: Buffer | undefined): StoredChecksum | undefined {
    if (this.#expected === undefined || digest === undefined) return undefined;
    const { algorithm } = this.#expected;
    const wanted = this.#expected.value ?? parseChecksumValue(algorithm, this.#trailer ?? '');
    const value = digest.toString('base64');
    if (value !== wanted) throw badDigest(algorithm.toUpperCase());
    return { algorithm, value, type: 'FULL_OBJECT' };
  }
}

function bodyLength(headers: RequestHeaders, chunked: boolean): number {
  const text = headers.get(chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (text === undefined) {
    throw new CloudError(
      'MissingContentLength',
      411,
      'You must provide the Content-Length HTTP header.',
    );
  }
  if (!/^\d{1,15}$/.test(text)) throw invalidRequest('The content length is not a number.');
  const length = Number(text);
  if (length > LARGEST_BODY) {
    throw new CloudError(
      'EntityTooLarge',
      400,
      'Your proposed upload exceeds the maximum allowed size',
      { details: { ProposedSize: text, MaxSizeAllowed: String(LARGEST_BODY) } },
    );
  }
  return length;
}

const incompleteBody = () =>
  new CloudError(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );

const badDigest = (what: string) =>
  new CloudError(
    'BadDigest',
    400,
    `The ${what} you specified did not match the calculated checksum.`,
  );
