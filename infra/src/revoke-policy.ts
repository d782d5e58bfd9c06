import { isHotkeyAddress } from '@data-universe/core-auth';
import { z } from 'zod';
import {
  hotkeysIn,
  isMarked,
  REVOCATION_SIDS,
  type Revocations,
  revocationStatements,
  type SessionMark,
  SIDS,
} from './revocations.ts';

/** Of a bucket policy, by Amazon S3's limit. */
const MAX_POLICY_BYTES = 20 * 1024;

const conditionSchema = z.record(
  z.string(),
  z.record(z.string(), z.union([z.string(), z.array(z.string())])),
);
const documentSchema = z.looseObject({
  Version: z.string(),
  Statement: z.array(
    z.looseObject({ Sid: z.string().optional(), Condition: conditionSchema.optional() }),
  ),
});

export interface RevokeOptions {
  readonly bucket: string;
  readonly revocations: Revocations;
  readonly mark: SessionMark;
}

/** What a bucket's policy refuses, as JSON. Throws SyntaxError or ZodError, and Error for revocations that were altered by hand. */
export function readRevocations(current: string): Required<Revocations> {
  const { Statement } = documentSchema.parse(JSON.parse(current));
  const statementOf = (sid: string) => Statement.find(({ Sid }) => Sid === sid);
  const [hotkeys, sessions] = [statementOf(SIDS.hotkeys), statementOf(SIDS.sessions)];
  const revokedHotkeys = hotkeysIn(hotkeys?.Condition?.StringLike ?? {});
  const before = sessions?.Condition?.DateLessThan?.['aws:TokenIssueTime'] ?? null;
  // What can't be read would be lost in writing, and its sessions served again.
  const unread =
    (hotkeys !== undefined && revokedHotkeys.length === 0) ||
    (sessions !== undefined && before === null);
  if (unread || !revokedHotkeys.every(isHotkeyAddress) || Array.isArray(before))
    throw new Error(
      `the statements ${REVOCATION_SIDS.join(' and ')} are not as this command writes them: look at them, and remove them by hand`,
    );
  return { revokedHotkeys, revokeSessionsBefore: before };
}

/**
 * A bucket's policy, as JSON, with exactly these revocations in it; every other statement stays as it is. No policy is
 * an error: it could be one that was not read, and writing the answer would remove it. Throws SyntaxError or ZodError,
 * and Error where S3 would not take the policy or what is refused now goes by the other mark.
 */
export function revokePolicy(
  current: string,
  { bucket, revocations, mark }: RevokeOptions,
): string {
  const document = documentSchema.parse(JSON.parse(current));
  const isOurs = ({ Sid = '' }) => REVOCATION_SIDS.includes(Sid);
  const kept = document.Statement.filter((statement) => !isOurs(statement));
  const replaced = document.Statement.filter(isOurs);
  const added = revocationStatements(`arn:aws:s3:::${bucket}`, revocations, mark);
  // By the other mark a store that does not know it would serve again who is refused now.
  if (added.length > 0 && !replaced.every(({ Condition }) => isMarked(Condition, mark)))
    throw new Error(
      `what is refused now was written ${mark === 'source-identity' ? 'with' : 'without'} --by-session-name: say the same, or take it all back first`,
    );
  const policy = JSON.stringify({ ...document, Statement: [...kept, ...added] });
  if (Buffer.byteLength(policy) > MAX_POLICY_BYTES)
    throw new Error(
      `the policy would have ${Buffer.byteLength(policy)} bytes, and a bucket takes ${MAX_POLICY_BYTES}: take back hotkeys whose sessions have ended, or use --sessions-before`,
    );
  return policy;
}
