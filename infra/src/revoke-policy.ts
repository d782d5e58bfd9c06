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
 * A bucket's policy, as JSON, with exactly these revocations in it; every other statement stays as it is. Empty text
 * stands for a bucket without a policy. The answer is one line: Ceph refuses line feeds. Throws SyntaxError or ZodError.
 */
export function revokePolicy(
  current: string,
  { bucket, revocations, mark }: RevokeOptions,
): string {
  const document =
    current.trim() === ''
      ? { Version: '2012-10-17', Statement: [] }
      : documentSchema.parse(JSON.parse(current));
  const kept = document.Statement.filter(({ Sid }) => !REVOCATION_SIDS.includes(Sid ?? ''));
  const added = revocationStatements(`arn:aws:s3:::${bucket}`, revocations, mark);
  return JSON.stringify({ ...document, Statement: [...kept, ...added] });
}
