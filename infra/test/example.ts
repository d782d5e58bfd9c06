import type { SettingsInput } from '../src/settings.ts';

/** The deployment that the files of infra/policies belong to. */
export const EXAMPLE = {
  account: '123456789012',
  region: 'us-east-1',
  bucket: 'data-universe-example',
  chain_endpoints: ['https://node-a.example.com', 'https://node-b.example.com'],
  alarm_email: 'operator@example.com',
} as const satisfies SettingsInput;

export const REVOKED_HOTKEY = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';

/** Everything that is off by default switched on, and the other way round. */
export const SWITCHED: Partial<SettingsInput> = {
  bucket_encryption: 'kms',
  expire_objects_after_days: 400,
  revoked_hotkeys: [REVOKED_HOTKEY],
  revoke_sessions_before: '2026-01-02T03:04:05Z',
  reserved_concurrency: 40,
  network: 'private',
  genesis_hash: `0x${'ab'.repeat(32)}`,
  min_stake: 5,
  stake_source: 'alpha',
  older_forms: ['first-upload', 'first-read'],
  domain: {
    name: 'auth.example.com',
    certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc-123',
  },
  log_retention_days: 400,
  alarm_email: null,
  monthly_budget_usd: null,
};
