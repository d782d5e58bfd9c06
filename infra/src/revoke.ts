import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { isHotkeyAddress } from '@data-universe/core-auth';
import { z } from 'zod';
import { revokePolicy } from './revoke-policy.ts';

const USAGE = `Refuses live sessions: reads a bucket policy on standard input, writes it with the revocations.
Those that it held before are replaced; without --hotkey and --sessions-before there are none.

  --bucket NAME            the bucket
  --hotkey HOTKEY          refuse its sessions; more than once for more
  --sessions-before TIME   refuse every session issued before; ISO 8601, or "now"
  --by-session-name        for a store that does not know aws:SourceIdentity, such as Ceph 16

Example:
  aws s3api get-bucket-policy --bucket B --query Policy --output text \\
    | node dist/revoke.js --bucket B --hotkey 5F... > policy.json
  aws s3api put-bucket-policy --bucket B --policy file://policy.json

Exit codes: 0 written, 2 wrong usage or input.
`;

const valuesSchema = z.object({
  bucket: z.string('--bucket is needed').min(1),
  hotkey: z.array(z.string().refine(isHotkeyAddress, 'not an ss58 address')).default([]),
  'sessions-before': z
    .union([
      z.literal('now').transform(() => `${new Date().toISOString().slice(0, 19)}Z`),
      z.iso.datetime('not a time such as 2026-01-02T03:04:05Z'),
    ])
    .nullable()
    .default(null),
  'by-session-name': z.boolean().default(false),
});

try {
  const { values } = parseArgs({
    options: {
      bucket: { type: 'string' },
      hotkey: { type: 'string', multiple: true },
      'sessions-before': { type: 'string' },
      'by-session-name': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
  } else {
    const { bucket, hotkey, ...rest } = valuesSchema.parse(values);
    const policy = revokePolicy(await text(process.stdin), {
      bucket,
      revocations: { revokedHotkeys: hotkey, revokeSessionsBefore: rest['sessions-before'] },
      mark: rest['by-session-name'] ? 'session-name' : 'source-identity',
    });
    process.stdout.write(`${policy}\n`);
  }
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const why = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  process.stderr.write(`revoke: ${why}\nSee --help.\n`);
  process.exitCode = 2;
}
