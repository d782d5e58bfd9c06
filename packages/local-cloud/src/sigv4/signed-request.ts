import { CloudError } from '../errors.ts';
import type { CredentialScope } from './signing-key.ts';

/** What a client claims about its signature, from the Authorization header or the query; nothing is verified yet. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower-case and sorted. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** yyyymmddThhmmssZ */
  readonly amzDate: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  readonly sessionToken?: string;
  /** Seconds a presigned URL lives; absent for header authentication. */
  readonly expiresSeconds?: number;
}

export function parseCredential(text: string): { accessKeyId: string; scope: CredentialScope } {
  const parts = text.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (
    parts.length !== 5 ||
    !accessKeyId ||
    !date ||
    !/^\d{8}$/.test(date) ||
    !region ||
    !service ||
    terminator !== 'aws4_request'
  ) {
    throw malformed(
      'The credential is malformed; it must be "<access key>/<yyyymmdd>/<region>/<service>/aws4_request".',
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}

export function parseSignedHeaders(text: string): readonly string[] {
  const names = text.split(';');
  const sorted = [...names].sort();
  if (names.some((name, i) => !/^[a-z0-9\-_.]+$/.test(name) || name !== sorted[i])) {
    throw malformed('SignedHeaders must be lower-case header names, sorted, joined by ";".');
  }
  if (new Set(names).size !== names.length) {
    throw malformed('SignedHeaders names a header twice.');
  }
  return names;
}

export const malformed = (message: string) =>
  new CloudError('AuthorizationHeaderMalformed', 400, message);
