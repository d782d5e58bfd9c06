import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { AccessHandler, AccessOutput } from '../decision/access-handler.ts';
import { ConnectionGuard } from './connection-guard.ts';
import { closeServer, listen } from './listen.ts';
import { MAX_DRAINED_BYTES, readBody } from './read-body.ts';

interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** Default `/auth`. */
  readonly path?: string | undefined;
  /**
   * True only behind one proxy that appends to X-Forwarded-For: the last entry is then taken for
   * the client's address. Without such a proxy clients could choose their address.
   */
  readonly trustProxyHeader?: boolean | undefined;
  /** For receiving one whole request, in milliseconds. Default 10,000. */
  readonly requestTimeoutMilliseconds?: number | undefined;
  /** Open at once; a new one takes the place of the one that keeps us waiting longest. Default 1,024. */
  readonly maxConnections?: number | undefined;
  /** Of one address block (IPv6: /64). Default 128; behind a proxy, where all are the proxy's, none. */
  readonly maxConnectionsPerBlock?: number | undefined;
  /** For requests that run when `close` is called. Default 5,000. */
  readonly closeGraceMilliseconds?: number | undefined;
}

export type AuthServerOptions = ListenOptions &
  (
    | { readonly handler: AccessHandler }
    /** Where the audience is the URL, known only once a port is taken. */
    | { readonly handlerFor: (url: string) => AccessHandler }
  );

export interface AuthServer {
  /** Where requests are posted, path included. */
  readonly url: string;
  /** Lets running requests finish, for as long as the grace lasts. */
  close(): Promise<void>;
}

/** HTTP lets a client send ahead of the answers; who waits for one at a time needs one. */
const MAX_PIPELINED = 8;
/** Longer than any decision takes: for clients that don't take their answer. */
const IDLE_SOCKET_MS = 60_000;

/** Serves a handler over plain HTTP, for development or behind a TLS proxy on the same machine. */
export async function startAuthServer(options: AuthServerOptions): Promise<AuthServer> {
  const { host = '127.0.0.1', port = 0, path = '/auth', trustProxyHeader = false } = options;
  const timeout = options.requestTimeoutMilliseconds ?? 10_000;
  let handler: AccessHandler | undefined = 'handler' in options ? options.handler : undefined;

  const server = createServer(
    {
      headersTimeout: Math.min(5_000, timeout),
      requestTimeout: timeout,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: Math.min(1_000, timeout),
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      const { socket } = request;
      if (!guard.begin(socket)) return;
      response.once('close', () => guard.end(socket));
      const received = () => guard.received(socket);
      const answered =
        handler === undefined
          ? Promise.resolve(problem(503, 'The service is starting; try again in a second.'))
          : route(request, { path, handler, trustProxyHeader, received });
      answered.then(
        (output) => send(request, response, output, server.listening),
        () => response.destroy(),
      );
    },
  );
  server.setTimeout(IDLE_SOCKET_MS);
  const guard = new ConnectionGuard(server, {
    total: options.maxConnections ?? 1_024,
    perBlock: trustProxyHeader ? undefined : (options.maxConnectionsPerBlock ?? 128),
    pipelined: MAX_PIPELINED,
  });
  const url = `${await listen(server, host, port)}${path}`;
  if ('handlerFor' in options) handler = options.handlerFor(url);
  const grace = options.closeGraceMilliseconds ?? 5_000;
  return {
    url,
    close() {
      const closed = closeServer(server, grace);
      guard.closeIdle();
      return closed;
    },
  };
}

interface Route {
  readonly path: string;
  readonly handler: AccessHandler;
  readonly trustProxyHeader: boolean;
  readonly received: () => void;
}

async function route(request: IncomingMessage, options: Route): Promise<AccessOutput> {
  const [target] = (request.url ?? '').split('?');
  if (target === '/healthz') {
    const allowed = request.method === 'GET' || request.method === 'HEAD';
    return allowed ? json(200, { status: 'ok' }) : methodNotAllowed('GET, HEAD');
  }
  if (target !== options.path)
    return problem(404, `There is nothing here; access requests go to POST ${options.path}.`);
  if (request.method !== 'POST') return methodNotAllowed('POST');
  return options.handler({
    async body() {
      const body = await readBody(request);
      options.received();
      return body;
    },
    headers: headersOf(request),
    sourceAddress: clientAddress(request, options.trustProxyHeader),
  });
}

/** One value a name: Node has joined or dropped repetitions. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const single = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(single);
}

function clientAddress(request: IncomingMessage, trustProxyHeader: boolean): string {
  const direct = request.socket.remoteAddress ?? 'unknown';
  if (!trustProxyHeader) return direct;
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
  const last = forwarded.split(',').at(-1)?.trim() ?? '';
  return isIP(last) ? last : direct;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  output: AccessOutput,
  listening: boolean,
): void {
  // A short body that nobody asked for is drained; the rest of a long one is not waited for, nor is
  // another request while closing.
  const short = Number(request.headers['content-length'] ?? Number.NaN) <= MAX_DRAINED_BYTES;
  const keepAlive = (request.complete || short) && listening;
  const headers = keepAlive ? output.headers : { ...output.headers, connection: 'close' };
  response.writeHead(output.status, {
    ...headers,
    'content-length': String(Buffer.byteLength(output.body)),
  });
  response.end(output.body);
}

function json(status: number, body: object, headers: Record<string, string> = {}): AccessOutput {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

function problem(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): AccessOutput {
  const error = { code: 'BadRequest', message, retryable: status === 503 };
  return json(status, { request_id: 'none', error }, headers);
}

function methodNotAllowed(allow: string): AccessOutput {
  return problem(405, `This address answers ${allow} alone.`, { allow });
}
