import { z } from 'zod';
import {
  REVOCATION_SIDS,
  type Revocations,
  revocationStatements,
  type SessionMark,
} from './revocations.ts';

const documentSchema = z.looseObject({
  Version: z.string(),
  Statement: z.array(z.looseObject({ Sid: z.string().optional() })),
});

export interface RevokeOptions {
  readonly bucket: string;
  readonly revocations: Revocations;
  readonly mark: SessionMark;
}

/**
 * A bucket's policy, as JSON, with exactly these revocations in it; every other statement stays as it is. No policy is
 * an error: it could be one that was not read, and writing the answer would remove it. Throws SyntaxError or ZodError.
 */
export function revokePolicy(
  current: string,
  { bucket, revocations, mark }: RevokeOptions,
): string {
  const document = documentSchema.parse(JSON.parse(current));
  const kept = document.Statement.filter(({ Sid }) => !REVOCATION_SIDS.includes(Sid ?? ''));
  const added = revocationStatements(`arn:aws:s3:::${bucket}`, revocations, mark);
  return JSON.stringify({ ...document, Statement: [...kept, ...added] });
}
