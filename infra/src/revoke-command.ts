import { parseArgs } from 'node:util';
import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { Revocations } from './revocations.ts';
import { readRevocations, revokePolicy } from './revoke-policy.ts';

const USAGE = `Refuses live sessions: reads a bucket policy on standard input, writes it with the revocations.
It sends nothing anywhere; what it held before stays but for what is taken back.

  --bucket NAME            the bucket
  --hotkey HOTKEY          refuse its sessions; more than once for more
  --sessions-before TIME   refuse every session issued before; ISO 8601, or "now"
  --undo HOTKEY            serve its sessions again; more than once for more
  --undo-sessions          take --sessions-before back
  --undo-all               take everything back
  --by-session-name        for a store that does not know aws:SourceIdentity, such as Ceph 16
  --list                   write what is refused, and no policy
  --dry-run                write what would change, and no policy
  --json                   the same as JSON

Examples:
  aws s3api get-bucket-policy --bucket B --query Policy --output text > current.json
  node dist/revoke.js --list < current.json
  node dist/revoke.js --bucket B --hotkey 5F... --dry-run < current.json
  node dist/revoke.js --bucket B --hotkey 5F... < current.json > policy.json
  aws s3api put-bucket-policy --bucket B --policy file://policy.json
  node dist/revoke.js --bucket B --undo 5F... < policy.json > undone.json

Exit codes: 0 written, 2 wrong usage or input.
`;

const hotkeys = z.array(hotkeySchema).default([]);
const flag = z.boolean().default(false);
const valuesSchema = z
  .object({
    bucket: z.string().min(1).optional(),
    hotkey: hotkeys,
    undo: hotkeys,
    'sessions-before': z
      .union([
        z.literal('now').transform(() => `${new Date().toISOString().slice(0, 19)}Z`),
        z.iso.datetime('not a time such as 2026-01-02T03:04:05Z'),
      ])
      .optional(),
    ...{ 'undo-sessions': flag, 'undo-all': flag, 'by-session-name': flag },
    ...{ list: flag, 'dry-run': flag, json: flag },
  })
  .refine(({ list, bucket }) => list || bucket !== undefined, '--bucket is needed')
  .refine(
    ({ hotkey, undo }) => !hotkey.some((one) => undo.includes(one)),
    '--hotkey and --undo name the same',
  );
type Values = z.output<typeof valuesSchema>;

/** What the command writes for its arguments and a policy. Throws for wrong ones. */
export async function revokeCommand(
  args: readonly string[],
  input: () => Promise<string>,
): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bucket: { type: 'string' },
      hotkey: { type: 'string', multiple: true },
      undo: { type: 'string', multiple: true },
      'sessions-before': { type: 'string' },
      'undo-sessions': { type: 'boolean' },
      'undo-all': { type: 'boolean' },
      'by-session-name': { type: 'boolean' },
      list: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return USAGE;
  const wanted = valuesSchema.parse(values);
  const current = await input();
  const before = readRevocations(current);
  if (wanted.list) return wanted.json ? asJson(before) : describe(before);
  const revocations = changed(before, wanted);
  const policy = revokePolicy(current, {
    bucket: wanted.bucket ?? '',
    revocations,
    mark: wanted['by-session-name'] ? 'session-name' : 'source-identity',
  });
  if (!wanted['dry-run']) return `${policy}\n`;
  const bytes = Buffer.byteLength(policy);
  return wanted.json
    ? `${JSON.stringify({ before, after: revocations, policy_bytes: bytes })}\n`
    : `Now:\n${describe(before)}Then:\n${describe(revocations)}The policy would have ${bytes} bytes.\n`;
}

function changed(before: Required<Revocations>, wanted: Values): Required<Revocations> {
  const kept = wanted['undo-all'] ? [] : (before.revokedHotkeys ?? []);
  const since = wanted['undo-all'] || wanted['undo-sessions'] ? null : before.revokeSessionsBefore;
  const left = kept.filter((hotkey) => !wanted.undo.some((undone) => undone === hotkey));
  return {
    revokedHotkeys: [...new Set([...left, ...wanted.hotkey])],
    revokeSessionsBefore: wanted['sessions-before'] ?? since,
  };
}

function asJson(revocations: Required<Revocations>): string {
  return `${JSON.stringify(revocations)}\n`;
}

function describe({ revokedHotkeys, revokeSessionsBefore }: Required<Revocations>): string {
  const lines = revokedHotkeys.map((hotkey) => `  sessions of ${hotkey}`);
  if (revokeSessionsBefore !== null)
    lines.push(`  every session issued before ${revokeSessionsBefore}`);
  return lines.length === 0 ? '  nothing is refused\n' : `${lines.join('\n')}\n`;
}
