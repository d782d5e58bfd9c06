import type { SettingsInput } from '../src/settings.ts';

/** The deployment that the files of infra/policies belong to. */
export const EXAMPLE = {
  account: '123456789012',
  region: 'us-east-1',
  bucket: 'data-universe-example',
  chain_endpoints: ['https://node-a.example.com', 'https://node-b.example.com'],
  alarm_email: 'operator@example.com',
} as const satisfies SettingsInput;
