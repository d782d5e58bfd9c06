import type { PolicyStatement } from './policy-document.ts';

export interface Revocations {
  readonly revokedHotkeys?: readonly string[];
  /** ISO 8601; sessions issued earlier are refused. */
  readonly revokeSessionsBefore?: string | null;
}

/**
 * How a session is told from another principal. AWS: by what the credential service set as source identity. A store that
 * does not know it (Ceph 16): by the session's name, which the service builds from the hotkey too.
 */
export type SessionMark = 'source-identity' | 'session-name';

const KEY_OF_MARK = {
  'source-identity': 'aws:SourceIdentity',
  'session-name': 'aws:userid',
} as const satisfies Record<SessionMark, string>;

export const SIDS = { hotkeys: 'RevokedHotkeys', sessions: 'RevokedSessions' } as const;
export const REVOCATION_SIDS: readonly string[] = Object.values(SIDS);

/** The statements of a bucket policy that refuse live sessions: none where nothing is revoked. */
export function revocationStatements(
  bucketArn: string,
  { revokedHotkeys = [], revokeSessionsBefore = null }: Revocations,
  mark: SessionMark = 'source-identity',
): readonly PolicyStatement[] {
  const deny = (Sid: string, Condition: NonNullable<PolicyStatement['Condition']>) => ({
    Sid,
    Effect: 'Deny' as const,
    Principal: '*' as const,
    Action: ['s3:*'],
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition,
  });
  return [
    ...(revokedHotkeys.length === 0 ? [] : [deny(SIDS.hotkeys, anyOf(revokedHotkeys, mark))]),
    ...(revokeSessionsBefore === null
      ? []
      : [
          deny(SIDS.sessions, {
            ...anyOf(['5*'], mark),
            DateLessThan: { 'aws:TokenIssueTime': revokeSessionsBefore },
          }),
        ]),
  ];
}

/** Hotkeys, or a pattern of them: operators' own sessions are none. */
function anyOf(hotkeys: readonly string[], mark: SessionMark) {
  const values =
    mark === 'source-identity'
      ? hotkeys
      : hotkeys.flatMap((hotkey) => [`*:upload-${hotkey}`, `*:read-${hotkey}`]);
  return { StringLike: { [KEY_OF_MARK[mark]]: values } };
}

/** Whether `anyOf` made a condition by this mark. */
export function isMarked(
  condition: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined,
  mark: SessionMark,
): boolean {
  return Object.hasOwn(condition?.StringLike ?? {}, KEY_OF_MARK[mark]);
}

/** The hotkeys of a condition that `anyOf` made. */
export function hotkeysIn(
  condition: Readonly<Record<string, string | readonly string[]>>,
): string[] {
  const values = Object.values(KEY_OF_MARK).flatMap((key) => condition[key] ?? []);
  return [...new Set(values.map((value) => value.replace(/^\*:(?:upload|read)-/, '')))];
}
