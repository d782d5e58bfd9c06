import { accessDenied, CloudError, invalidArgument, invalidRequest } from '../errors.ts';
import type { HttpRequest } from '../http/request.ts';
import { parseAuthorizationHeader } from './authorization-header.ts';
import { canonicalRequest, stringToSign } from './canonical-request.ts';
import { hoistedHeaders, isPresigned, parsePresigned } from './presigned.ts';
import type { SignatureClaim } from './signed-request.ts';
import {
  type CredentialScope,
  sameSignature,
  scopeText,
  signatureHex,
  signingKey,
} from './signing-key.ts';

/** Either way of the clock, in milliseconds. */
const MAXIMUM_SKEW = 15 * 60 * 1000;

/** Finds who an access key belongs to; throws the AWS error for an unknown key or a bad token. */
type CredentialLookup<P> = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => { readonly secretAccessKey: string; readonly principal: P };

/** A request whose signature holds. */
export interface VerifiedRequest<P> {
  readonly principal: P;
  /** Headers, with those that a presigner moved into the query. */
  readonly headers: HttpRequest['headers'];
  readonly presigned: boolean;
  /** What the chunks of a signed streaming body continue from. */
  readonly seed: SignatureSeed;
}

export interface SignatureSeed {
  readonly key: Buffer;
  readonly amzDate: string;
  readonly scope: string;
  readonly signature: string;
}

export interface VerifyOptions<P> {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly lookup: CredentialLookup<P>;
  /** The payload hash the signature covers; not read for a presigned URL, whose payload is unsigned. */
  readonly payloadHash: string;
}

/** Verifies SigV4 by header or by query. Throws CloudError with AWS's code for the first thing that is wrong. */
export function verifySignature<P>(
  request: HttpRequest,
  options: VerifyOptions<P>,
): VerifiedRequest<P> {
  const byHeader = request.headers.all('authorization').length > 0;
  const presigned = isPresigned(request.query);
  if (!byHeader && !presigned) {
    if (!request.query.has('AWSAccessKeyId')) throw accessDenied();
    throw invalidRequest(
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (byHeader && presigned) {
    throw invalidArgument(
      'Only one auth mechanism allowed; use the header or the query, not both.',
    );
  }
  const claim = presigned
    ? parsePresigned(request.query)
    : parseAuthorizationHeader(request.headers);
  checkScope(claim.scope, claim.amzDate, options);
  checkTime(claim, options.now);
  const { secretAccessKey, principal } = options.lookup(claim.accessKeyId, claim.sessionToken);
  checkSignedHeaders(request, claim.signedHeaders);

  const key = signingKey(secretAccessKey, claim.scope);
  const scope = scopeText(claim.scope);
  const canonical = canonicalRequest({
    method: request.method,
    path: request.path,
    query: request.query.entries.filter(([name]) => name !== 'X-Amz-Signature'),
    headers: request.headers,
    signedHeaders: claim.signedHeaders,
    payloadHash: presigned
      ? (request.headers.get('x-amz-content-sha256') ??
        request.query.get('X-Amz-Content-Sha256') ??
        'UNSIGNED-PAYLOAD')
      : options.payloadHash,
  });
  const signature = signatureHex(key, stringToSign(claim.amzDate, scope, canonical));
  if (!sameSignature(signature, claim.signature)) {
    throw new CloudError(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { details: { AWSAccessKeyId: claim.accessKeyId } },
    );
  }
  return {
    principal,
    presigned,
    headers: presigned
      ? request.headers.withDefaults(hoistedHeaders(request.query))
      : request.headers,
    seed: { key, amzDate: claim.amzDate, scope, signature },
  };
}

function checkScope(
  scope: CredentialScope,
  amzDate: string,
  expected: { readonly region: string; readonly service: string },
): void {
  const wrong = (message: string, details: Record<string, string> = {}) =>
    new CloudError('AuthorizationHeaderMalformed', 400, message, { details });
  if (scope.region !== expected.region) {
    throw wrong(
      `The authorization header is malformed; the region '${scope.region}' is wrong; expecting '${expected.region}'`,
      { Region: expected.region },
    );
  }
  if (scope.service !== expected.service) {
    throw wrong(
      `The authorization header is malformed; incorrect service "${scope.service}". This endpoint belongs to "${expected.service}".`,
    );
  }
  if (!amzDate.startsWith(scope.date)) {
    throw wrong('The date of the credential scope is not the date of the request.');
  }
}

function checkTime(claim: SignatureClaim, now: number): void {
  if (claim.expiresSeconds !== undefined) {
    if (claim.signedAt > now + MAXIMUM_SKEW) throw accessDenied('Request is not yet valid');
    if (now > claim.signedAt + claim.expiresSeconds * 1000) {
      throw accessDenied('Request has expired');
    }
    return;
  }
  if (Math.abs(now - claim.signedAt) > MAXIMUM_SKEW) {
    throw new CloudError(
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
      {
        details: {
          RequestTime: claim.amzDate,
          ServerTime: new Date(now).toISOString(),
          MaxAllowedSkewMilliseconds: String(MAXIMUM_SKEW),
        },
      },
    );
  }
}

function checkSignedHeaders(request: HttpRequest, signedHeaders: readonly string[]): void {
  const signed = new Set(signedHeaders);
  if (!signed.has('host')) throw accessDenied('The host header must be signed.');
  const missing = signedHeaders.filter((name) => request.headers.all(name).length === 0);
  if (missing.length > 0) {
    throw invalidRequest(`Signed headers are missing from the request: ${missing.join(', ')}.`);
  }
  const unsigned = request.headers
    .names()
    .filter((name) => name.startsWith('x-amz-') && !signed.has(name));
  if (unsigned.length > 0) {
    throw new CloudError(
      'AccessDenied',
      403,
      'There were headers present in the request which were not signed',
      { details: { HeadersNotSigned: unsigned.join(', ') } },
    );
  }
}
