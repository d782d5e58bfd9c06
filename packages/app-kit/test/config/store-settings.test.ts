import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readStoreSettings } from '../../src/index.ts';
import { load, problemLines } from '../support/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const yamlOf = (store_settings: unknown) => stringify({ storage: { s3: { store_settings } } });
const file = 'data-universe.yaml';

/** Vouches for nobody; made with "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes". */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUCQe6V0lT5XZAIDuOCtLKzpU0iCAwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHYSBzdG9yZTAgFw0yNjExMjIyMDIyNThaGA8yMTI2MTAyOTIw
MjI1OFowEjEQMA4GA1UEAwwHYSBzdG9yZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABNzWQ2PXlVhosLlLH1k0GvKL+yej28kEt286uLdv859F4x4pxF2FMo/wPfkw
i4qBlTnlxhWSB4RqQeO1jnO2DeCjUzBRMB0GA1UdDgQWBBQBafa549aIpfbxm2SX
PD4HzNyEJDAfBgNVHSMEGDAWgBQBafa549aIpfbxm2SXPD4HzNyEJDAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDNWDi0puuLtl+RFsg6P4ysZ58n
24OxckDg7zSd98/rbAIgVTJJOnerTk0GsEHCT9dI3Q5oExaFmQznnN40Bi0Z0z8=
-----END CERTIFICATE-----
`;

describe('readStoreSettings', () => {
  it('leaves to the packages what the configuration leaves out', async () => {
    const settings = await readStoreSettings(await load({}));
    expect(settings).toMatchObject({ pathStyle: undefined, ca: undefined, partSize: undefined });
    expect(settings).toMatchObject({ callTimeoutMs: undefined, checksumMode: 'when-supported' });
  });

  it('gives bytes, milliseconds and certificates', async () => {
    const ca_file = join(await temporaryFolder(), 'ca.pem');
    await writeFile(ca_file, `text before it\n${CERTIFICATE}`);
    const loaded = await load({
      yaml: yamlOf({
        path_style: false,
        ca_file,
        checksum_mode: 'when-required',
        conditional_writes: false,
        verify_after_put: 'trust-store',
        part_size_mib: 5,
        parts_at_once: 2,
        max_connections: 3,
        connect_timeout_seconds: 4,
        idle_timeout_seconds: 6,
        call_timeout_seconds: 7,
      }),
    });
    expect(await readStoreSettings(loaded)).toEqual({
      pathStyle: false,
      ca: expect.stringContaining(CERTIFICATE),
      checksumMode: 'when-required',
      conditionalWrites: false,
      verifyAfterPut: 'trust-store',
      partSize: 5 * 1024 * 1024,
      partsAtOnce: 2,
      maxConnections: 3,
      connectTimeoutMs: 4_000,
      idleTimeoutMs: 6_000,
      callTimeoutMs: 7_000,
    });
  });

  it.each([
    ['is not there', undefined, "can't be read (ENOENT): check the path and its permissions"],
    ['is empty', '', 'holds no PEM certificate'],
    [
      'holds a key',
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      'holds no PEM certificate',
    ],
    [
      'is damaged',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'holds a certificate that is damaged',
    ],
  ])('names the place of a ca_file that %s', async (_, content, said) => {
    const ca_file = join(await temporaryFolder(), 'ca.pem');
    if (content !== undefined) await writeFile(ca_file, content);
    const loaded = await load({ yaml: yamlOf({ ca_file }) });
    const key = 'storage.s3.store_settings.ca_file';
    await expect(readStoreSettings(loaded)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(`${file}:4:7: ${key}: ${ca_file} ${said}`),
      problems: [{ key, origin: { kind: 'file', file, line: 4, column: 7 } }],
    });
  });
});

describe('store_settings', () => {
  it('are refused by key and line', async () => {
    const yaml = yamlOf({
      part_size_mib: 4,
      checksum_mode: 'when-suported',
      idle_timeout_second: 3,
    });
    expect(await problemLines({ yaml })).toEqual([
      `${file}:4:7: storage.s3.store_settings.part_size_mib: expected a whole number from 5 to 1024, or null, found the number 4`,
      `${file}:5:7: storage.s3.store_settings.checksum_mode: expected when-supported or when-required, found "when-suported": did you mean when-supported?`,
      `${file}:6:7: storage.s3.store_settings.idle_timeout_second: unknown key: did you mean idle_timeout_seconds?`,
    ]);
  });
});
