import type { Readable } from 'node:stream';

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent as it is read; `content-length` must then be among the headers. */
  readonly body?: string | Readable;
}

export const xmlResponse = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  ({
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body,
  }) satisfies HttpResponse;

export const emptyResponse = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({ status, headers });
