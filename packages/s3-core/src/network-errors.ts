import type { StorageErrorCode } from '@data-universe/storage-core';
import { TransferTimeout } from './http/timeout.ts';

interface Meaning {
  readonly code: StorageErrorCode;
  readonly message: string;
}

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  ENOTFOUND: 'the host name is unknown: check the endpoint and the network',
  EAI_AGAIN: 'the host name could not be looked up: check the network',
  ETIMEDOUT: 'no answer came in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

const TLS = /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$|HOSTNAME_)/;

/** What an error of the connection means, or undefined for any other error. */
export function networkMeaning(error: unknown): Meaning | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = BY_CODE[code];
  if (message !== undefined) return { code: 'Unavailable', message: `${message} [${code}]` };
  if (error instanceof TransferTimeout) return { code: 'Unavailable', message: error.message };
  if (code.startsWith('HPE_'))
    return { code: 'Unavailable', message: `the answer is not HTTP [${code}]` };
  // Trying again does not make a certificate right.
  if (TLS.test(code))
    return { code: 'Unknown', message: `its certificate or TLS was refused [${code}]` };
  return undefined;
}
