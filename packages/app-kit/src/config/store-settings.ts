import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { invalidConfig } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';

const CA_FILE = 'storage.s3.store_settings.ca_file';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** `storage.s3.store_settings` as the packages take it: milliseconds, bytes, and the certificates themselves. */
export interface StoreSettings {
  readonly pathStyle: boolean | undefined;
  /** PEM. */
  readonly ca: string | undefined;
  readonly checksumMode: 'when-supported' | 'when-required';
  readonly conditionalWrites: boolean;
  readonly verifyAfterPut: 'read-back-unless-confirmed' | 'read-back' | 'trust-store';
  readonly partSize: number | undefined;
  readonly partsAtOnce: number;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly callTimeoutMs: number | undefined;
}

/** Throws ConfigError where the file of certificates can't be used. */
export async function readStoreSettings(loaded: LoadedConfig): Promise<StoreSettings> {
  const given = loaded.config.storage.s3.store_settings;
  const { part_size_mib, call_timeout_seconds } = given;
  return {
    pathStyle: given.path_style ?? undefined,
    ca: given.ca_file === null ? undefined : await readCertificates(given.ca_file, loaded),
    checksumMode: given.checksum_mode,
    conditionalWrites: given.conditional_writes,
    verifyAfterPut: given.verify_after_put,
    partSize: part_size_mib === null ? undefined : part_size_mib * 1024 * 1024,
    partsAtOnce: given.parts_at_once,
    maxConnections: given.max_connections,
    connectTimeoutMs: given.connect_timeout_seconds * 1000,
    idleTimeoutMs: given.idle_timeout_seconds * 1000,
    callTimeoutMs: call_timeout_seconds === null ? undefined : call_timeout_seconds * 1000,
  };
}

async function readCertificates(file: string, { settings }: LoadedConfig): Promise<string> {
  const wrong = (message: string) => {
    const origin = settings.find(({ key }) => key === CA_FILE)?.origin ?? { kind: 'default' };
    return invalidConfig([{ key: CA_FILE, origin, message }]);
  };
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw wrong(`${file} can't be read (${code}): check the path and its permissions`);
  }
  const certificates = pem.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw wrong(`${file} holds no PEM certificate`);
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch {
    throw wrong(`${file} holds a certificate that is damaged`);
  }
  return pem;
}
