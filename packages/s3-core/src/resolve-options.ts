import { X509Certificate } from 'node:crypto';
import type {
  PresignedBackendOptions,
  S3BackendOptions,
  S3Settings,
  S3StoreOptions,
} from './options.ts';
import { LARGEST_PART, PART_SIZE, SINGLE_PUT_LIMIT, SMALLEST_PART } from './parts.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const MINUTE = 60_000;
/** 64 KiB/s: half a megabit is a line on which nothing of size gets done. */
const SLOWEST_BYTES_PER_MS = 65.536;

type Defaulted = Omit<S3Settings, 'ca' | 'callTimeoutMs' | 'uploadJournal' | 'checksumMode'>;
type Resolved = { readonly [K in keyof Defaulted]-?: Exclude<Defaulted[K], undefined> };

export interface ResolvedOptions
  extends Resolved,
    Pick<S3Settings, 'ca' | 'uploadJournal'>,
    Omit<S3StoreOptions, keyof S3Settings> {
  /** Each request is signed elsewhere, for what it does alone: nothing goes in parts. */
  readonly presigned: boolean;
  readonly sendsChecksums: boolean;
  /** Bytes: a body of as many goes up in parts. */
  readonly singlePutLimit: number;
  /** Milliseconds that a call may take that moves so many bytes. */
  readonly callLimitMs: (bytes: number) => number;
  /** Endpoint or region, for messages and ledgers. */
  readonly place: string;
}

/** Throws TypeError for options that can't be meant. */
export function resolveOptions(
  options: S3BackendOptions | PresignedBackendOptions,
): ResolvedOptions {
  const { bucket, region, callTimeoutMs } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]+$/.test(bucket))
    throw new TypeError(`bucket is not a bucket name: ${JSON.stringify(bucket)}`);
  if (!/^[A-Za-z0-9-]+$/.test(region))
    throw new TypeError(`region is not a region: ${JSON.stringify(region)}`);
  const endpoint = options.endpoint === undefined ? undefined : parseEndpoint(options.endpoint);
  if (callTimeoutMs !== undefined) milliseconds('callTimeoutMs', callTimeoutMs);
  return {
    bucket,
    region,
    endpoint,
    pathStyle: options.pathStyle ?? endpoint !== undefined,
    ca: options.ca === undefined ? undefined : parseCertificates(options.ca),
    presigned: 'presigner' in options,
    maxConnections: count('maxConnections', options.maxConnections ?? 50),
    partSize: parsePartSize(options.partSize ?? PART_SIZE),
    singlePutLimit: options.partSize ?? SINGLE_PUT_LIMIT,
    partsAtOnce: count('partsAtOnce', options.partsAtOnce ?? 4),
    sendsChecksums: options.checksumMode !== 'when-required',
    verifyAfterPut: options.verifyAfterPut ?? 'read-back-unless-confirmed',
    conditionalWrites: options.conditionalWrites ?? true,
    connectTimeoutMs: milliseconds('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
    idleTimeoutMs: milliseconds('idleTimeoutMs', options.idleTimeoutMs ?? 30_000),
    callLimitMs: (bytes) => callTimeoutMs ?? 15 * MINUTE + bytes / SLOWEST_BYTES_PER_MS,
    maxAttempts: count('maxAttempts', options.maxAttempts ?? 6),
    retryBudgetMs: milliseconds('retryBudgetMs', options.retryBudgetMs ?? MINUTE),
    uploadJournal: options.uploadJournal,
    place: endpoint ?? `Amazon S3 in ${region}`,
  };
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new TypeError(`${name} must be a whole number from 1`);
}

/** Node.js turns a timer of more into one of a millisecond. */
function milliseconds(name: string, value: number): number {
  if (value > 0 && value < 2 ** 31) return value;
  throw new TypeError(`${name} must be over 0 and under 2^31`);
}

function parsePartSize(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= SMALLEST_PART && bytes <= LARGEST_PART) return bytes;
  throw new TypeError(`partSize must be from ${SMALLEST_PART} to ${LARGEST_PART} bytes`);
}

function parseCertificates(pem: string): string {
  const certificates = pem.match(CERTIFICATE) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (cause) {
    throw new TypeError('ca holds a certificate that cannot be read', { cause });
  }
  // An empty list would trust no one, or everyone whom Node.js does.
  if (certificates.length === 0) throw new TypeError('ca holds no PEM certificate');
  return certificates.join('\n');
}

function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new TypeError('endpoint is not an http or https URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError('endpoint may hold no user, password, query or fragment');
  return url.href.replace(/\/+$/, '');
}
