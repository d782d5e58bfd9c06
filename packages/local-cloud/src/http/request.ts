import type { IncomingMessage } from 'node:http';
import { CloudError } from '../errors.ts';
import { RequestHeaders } from './headers.ts';
import { QueryParameters } from './query.ts';
import { uriDecode } from './uri-encoding.ts';

/** A request as it came over the wire, decoded once and not normalised: `a/../b` stays what it is. */
export interface HttpRequest {
  readonly id: string;
  readonly method: string;
  /** Decoded path, starting with `/`. */
  readonly path: string;
  readonly query: QueryParameters;
  readonly headers: RequestHeaders;
  /** The raw bytes after the header, before any aws-chunked decoding. */
  readonly body: AsyncIterable<Buffer>;
}

export function readRequest(message: IncomingMessage, id: string, body: AsyncIterable<Buffer>) {
  const target = message.url ?? '';
  if (!target.startsWith('/')) {
    throw new CloudError('InvalidURI', 400, 'The request target must be an absolute path.');
  }
  const question = target.indexOf('?');
  return {
    id,
    method: message.method ?? '',
    path: uriDecode(question < 0 ? target : target.slice(0, question)),
    query: QueryParameters.parse(question < 0 ? '' : target.slice(question + 1)),
    headers: RequestHeaders.fromRaw(message.rawHeaders),
    body,
  } satisfies HttpRequest;
}
