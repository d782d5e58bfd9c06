import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const VERSION = '/2018-06-01/runtime';

const failureSchema = z.object({ errorType: z.string(), errorMessage: z.string() });

/** What a function's process reports in place of an answer. */
class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: FunctionError) => void;
}

/** Lambda's Runtime API on 127.0.0.1, for one process that runs a function. */
export class RuntimeApi {
  readonly #server: Server;
  readonly #queued: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #idle: ServerResponse | undefined;
  #failure: string | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<RuntimeApi> {
    const server = createServer();
    const api = new RuntimeApi(server);
    server.on('request', (request, response) => {
      api.#serve(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** As the function's process has it in AWS_LAMBDA_RUNTIME_API. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the function gives for an event. Throws FunctionError. */
  invoke(event: unknown): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(new FunctionError(this.#failure));
    return new Promise((resolve, reject) => {
      this.#queued.push({ id: randomUUID(), event, resolve, reject });
      this.#hand();
    });
  }

  /** The function's process is gone, and answers nothing any more. */
  fail(message: string): void {
    this.#failure ??= message;
    for (const { reject } of [...this.#queued.splice(0), ...this.#running.values()])
      reject(new FunctionError(message));
    this.#running.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path === `${VERSION}/invocation/next`) {
      this.#idle = response;
      this.#hand();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const [, id = '', outcome = ''] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const invocation = this.#running.get(id);
    this.#running.delete(id);
    response.writeHead(202).end('{"status":"OK"}');
    if (outcome === 'response') {
      invocation?.resolve(body);
      return;
    }
    const { errorType, errorMessage } = failureSchema.parse(body);
    const error = new FunctionError(`${errorType}: ${errorMessage}`);
    if (invocation === undefined) this.fail(error.message);
    else invocation.reject(error);
  }

  #hand(): void {
    const response = this.#idle;
    const invocation = this.#queued[0];
    if (response === undefined || invocation === undefined) return;
    this.#idle = undefined;
    this.#queued.shift();
    this.#running.set(invocation.id, invocation);
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + 15_000),
      'lambda-runtime-invoked-function-arn':
        'arn:aws:lambda:us-east-1:123456789012:function:DataUniverseAuth',
    });
    response.end(JSON.stringify(invocation.event));
  }
}
