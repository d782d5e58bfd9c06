import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where and for what a key signs: the four parts of a credential scope. */
export interface CredentialScope {
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const scopeText = (scope: CredentialScope) =>
  `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

export function signingKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  const step = (key: string | Buffer, data: string) =>
    createHmac('sha256', key).update(data).digest();
  const ofDate = step(`AWS4${secretAccessKey}`, scope.date);
  return step(step(step(ofDate, scope.region), scope.service), 'aws4_request');
}

export function signatureHex(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** Compares in a time that tells nothing of where two signatures differ. */
export function sameSignature(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
