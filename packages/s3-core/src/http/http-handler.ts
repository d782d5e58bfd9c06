import { Agent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { exchange } from './exchange.ts';
import type { SilenceLimits } from './watch-silence.ts';

type Query = Readonly<Record<string, string | readonly string[] | null>>;

/** The SDK's idea of a request, signed and with its path escaped. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Query;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

interface SdkOptions {
  readonly abortSignal?: unknown;
  readonly requestTimeout?: number;
}

export interface HttpHandlerOptions extends SilenceLimits {
  readonly maxConnections: number;
  /** PEM, in place of the authorities that Node.js trusts. */
  readonly ca: string | undefined;
}

/**
 * The SDK's way to the network. The SDK's own handler opens connections outside its agent for bodies
 * of 2 MiB and more (no limit, no private CA), counts the wait for a connection as connecting, and
 * takes a reader that pauses for a store that stalls.
 */
export class HttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #limits: SilenceLimits;
  readonly #plain: Agent;
  readonly #secure: SecureAgent;
  /** Cleared by a store that leaves `Expect: 100-continue` unanswered: it is not waited for twice. */
  #answersExpect = true;

  constructor({ maxConnections, ca, connectMs, idleMs }: HttpHandlerOptions) {
    this.#limits = { connectMs, idleMs };
    const pool = { keepAlive: true, maxSockets: maxConnections };
    this.#plain = new Agent(pool);
    this.#secure = new SecureAgent(ca === undefined ? pool : { ...pool, ca });
  }

  /** `requestTimeout` stands for `idleMs` where a request may take longer to answer. */
  async handle(request: SdkRequest, options: SdkOptions = {}) {
    const { abortSignal, requestTimeout: idleMs = this.#limits.idleMs } = options;
    const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
    signal?.throwIfAborted();
    const secure = request.protocol === 'https:';
    const outgoing = (secure ? secureRequest : plainRequest)({
      agent: secure ? this.#secure : this.#plain,
      host: request.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: request.port,
      method: request.method,
      path: `${request.path}${queryString(request.query)}`,
      headers: request.headers,
    });
    const incoming = await exchange(outgoing, {
      connectMs: this.#limits.connectMs,
      idleMs,
      body: request.body,
      signal,
      awaitsContinue: this.#answersExpect && outgoing.hasHeader('expect'),
      onNoContinue: () => {
        this.#answersExpect = false;
      },
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(incoming.headers))
      if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
    const { statusCode = 0, statusMessage: reason = '' } = incoming;
    return { response: { statusCode, reason, headers, body: incoming } };
  }

  destroy(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /** Nothing of the SDK's configuration concerns it. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs() {
    return {};
  }
}

function queryString(query: Query = {}): string {
  const pairs = Object.entries(query)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) =>
      (Array.isArray(values) ? values : [values]).map((value) =>
        value === null ? encode(name) : `${encode(name)}=${encode(value)}`,
      ),
    );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** As the signature has it: everything but RFC 3986's unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
