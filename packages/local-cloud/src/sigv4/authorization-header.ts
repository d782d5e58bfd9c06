import { accessDenied, CloudError, invalidRequest } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';
import { formatAmzDate, parseAmzDate, parseHttpDate } from './amz-date.ts';
import {
  malformed,
  parseCredential,
  parseSignedHeaders,
  type SignatureClaim,
} from './signed-request.ts';

const PREFIX = 'AWS4-HMAC-SHA256';

/** Reads `Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`. */
export function parseAuthorizationHeader(headers: RequestHeaders): SignatureClaim {
  const authorization = headers.get('authorization') ?? '';
  if (/^AWS /.test(authorization)) {
    throw invalidRequest(
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (!authorization.startsWith(`${PREFIX} `)) {
    throw new CloudError('InvalidArgument', 400, 'Unsupported Authorization Type');
  }
  const fields = new Map<string, string>();
  for (const part of authorization.slice(PREFIX.length).split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).trim();
    if (equals < 0 || fields.has(name)) throw malformed('The authorization header is malformed.');
    fields.set(name, part.slice(equals + 1).trim());
  }
  const credential = fields.get('Credential');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!credential || !signedHeaders || !signature || fields.size !== 3) {
    throw malformed(
      'The authorization header is malformed; it needs Credential, SignedHeaders and Signature.',
    );
  }
  const { amzDate, signedAt } = requestTime(headers);
  const sessionToken = headers.get('x-amz-security-token');
  return {
    ...parseCredential(credential),
    signedHeaders: parseSignedHeaders(signedHeaders),
    signature,
    amzDate,
    signedAt,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

function requestTime(headers: RequestHeaders): { amzDate: string; signedAt: number } {
  const amzDate = headers.get('x-amz-date');
  const date = headers.get('date');
  const signedAt =
    amzDate !== undefined
      ? (parseAmzDate(amzDate) ?? parseHttpDate(amzDate))
      : date !== undefined
        ? (parseAmzDate(date) ?? parseHttpDate(date))
        : undefined;
  if (signedAt === undefined) {
    throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  }
  return { amzDate: formatAmzDate(signedAt), signedAt };
}
