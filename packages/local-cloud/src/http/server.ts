import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { CloudError } from '../errors.ts';
import { type HttpRequest, readRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

const HEADER_LIMIT = 32 * 1024;

export interface Handler {
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
  readonly describeError: (error: CloudError, message: IncomingMessage, id: string) => HttpResponse;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Something else listens there. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly code = 'PortInUse';
  readonly retryable = true;

  constructor(host: string, port: number, cause: unknown) {
    super(`Port ${port} of ${host} is in use; stop what listens there or choose another port.`, {
      cause,
    });
  }
}

/** Listens and serves until closed. Closing lets nothing linger: open connections are cut. */
export async function serve(handler: Handler, host: string, port: number): Promise<RunningServer> {
  const running = new Set<Promise<void>>();
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    const work = respond(handler, message, response).finally(() => running.delete(work));
    running.add(work);
  };
  const server = createServer(
    // No limit on a whole request: a large upload takes as long as it takes.
    { maxHeaderSize: HEADER_LIMIT, requestTimeout: 0, keepAliveTimeout: 65_000 },
    onRequest,
  );
  // Left to the handler, so that a client that waits is not asked for a body that will be refused.
  server.on('checkContinue', onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(host, port, error) : error);
    });
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server, running) };
}

async function respond(
  handler: Handler,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = randomBytes(8).toString('hex').toUpperCase();
  let answer: HttpResponse;
  try {
    answer = await handler.handle(readRequest(message, id, bodyOf(message, response)));
  } catch (error) {
    answer = handler.describeError(asCloudError(error), message, id);
  }
  try {
    await send(message, response, answer, id);
  } catch {
    // The client has gone or the disk failed in mid-answer: a cut connection is the only thing left to say.
    response.destroy();
  }
}

async function* bodyOf(message: IncomingMessage, response: ServerResponse): AsyncGenerator<Buffer> {
  if (message.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  try {
    // Leaving the loop early must not destroy the socket: an answer is still to be sent on it.
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk;
  } catch (cause) {
    throw new CloudError('IncompleteBody', 400, 'The connection ended inside the body.', { cause });
  }
}

async function send(
  message: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  id: string,
): Promise<void> {
  const { status, headers, body } = answer;
  const text = typeof body === 'string' ? body : undefined;
  response.writeHead(status, {
    server: 'data-universe-local-cloud',
    'x-amz-request-id': id,
    'x-amz-id-2': id,
    ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
    ...(body === undefined && status !== 204 && status !== 304 ? { 'content-length': '0' } : {}),
    ...headers,
  });
  // What is left of a refused body is read and dropped, or a client still writing would miss the answer.
  message.resume();
  if (body === undefined || message.method === 'HEAD') {
    response.end();
    if (typeof body === 'object') body.destroy();
  } else if (text !== undefined) {
    response.end(text);
  } else if (typeof body === 'object') {
    await pipeline(body, response);
  }
}

function asCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  return new CloudError(
    'InternalError',
    500,
    'We encountered an internal error. Please try again.',
    { cause: error },
  );
}

async function close(server: Server, running: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  server.closeAllConnections();
  await closed;
  // What they still do to the store must be done before it closes.
  await Promise.all(running);
}
