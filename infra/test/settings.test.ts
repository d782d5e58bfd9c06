import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OLDER_FORMS } from '../../packages/auth-lambda/src/wire/older-forms.ts';
import { BundleMissingError, requireBundle } from '../src/bundle.ts';
import { readSettings, SettingsError } from '../src/read-settings.ts';
import { settingsSchema } from '../src/settings.ts';
import { EXAMPLE } from './example.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const written = (text: string) => {
  const path = join(folder, 'settings.json');
  writeFileSync(path, text);
  return path;
};

describe('the settings', () => {
  it('settings.example.json describes a deployment', () => {
    const { settings } = readSettings(join(import.meta.dirname, '../settings.example.json'));
    expect(settings).toMatchObject({ network: 'finney', netuid: 13, session_seconds: 900 });
  });

  it('name the older forms as the service does', () => {
    expect(settingsSchema.parse({ ...EXAMPLE, older_forms: OLDER_FORMS }).older_forms).toEqual(
      OLDER_FORMS,
    );
  });

  it('a bundle directory is relative to the settings file', () => {
    const path = written(JSON.stringify({ ...EXAMPLE, bundle_directory: 'lambda' }));
    expect(readSettings(path).bundleDirectory).toBe(join(folder, 'lambda'));
  });

  it.each([
    ['nothing', /cannot be read.*settings\.example\.json/s],
    ['{', /is not JSON/],
    ['{}', /not valid.*account.*bucket/s],
  ])('a file with %s is refused with what to do', (text, message) => {
    const path = text === 'nothing' ? join(folder, 'absent.json') : written(text);
    expect(() => readSettings(path)).toThrow(SettingsError);
    expect(() => readSettings(path)).toThrow(message);
  });

  it.each([
    { account: '12345' },
    { region: 'cn-north-1' },
    { region: 'us-gov-west-1' },
    { bucket: 'has.dots' },
    { bucket: 'Upper' },
    { chain_endpoints: [] },
    { chain_endpoints: ['wss://node.example.com'] },
    { chain_endpoints: ['https://a.example.com/?x=1,2'] },
    { session_seconds: 899 },
    { session_seconds: 3601 },
    { log_retention_days: 100 },
    { expire_objects_after_days: 1 },
    { revoked_hotkeys: ['5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tz'] },
    { revoke_sessions_before: 'yesterday' },
    { domain: { name: 'auth.example.com', certificate_arn: 'arn:aws:iam::1:x' } },
    { network: 'private' },
    { genesis_hash: '0xAB' },
    { older_forms: ['first'] },
    { no_such_setting: true },
  ])('%j is refused', (wrong) => {
    expect(settingsSchema.safeParse({ ...EXAMPLE, ...wrong }).success).toBe(false);
  });
});

it('a bundle that is not there is refused with what to do, before anything is synthesised', () => {
  expect(() => requireBundle(folder)).toThrow(BundleMissingError);
  expect(() => requireBundle(folder)).toThrow(/pnpm lambda:bundle/);
  writeFileSync(join(folder, 'index.mjs'), '');
  expect(requireBundle(folder)).toBe(folder);
});
