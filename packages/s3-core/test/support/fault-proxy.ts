import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * `lose` lets the store do what it was asked and loses its answer; `drop` cuts a part out of the
 * answer; an answer of its own keeps the request from the store.
 */
export type Fault =
  | 'lose'
  | { readonly drop: RegExp }
  | { readonly status: number; readonly body: string }
  | undefined;

export interface FaultProxy {
  readonly endpoint: string;
  /** Method and path with query of every request, in the order they arrived. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** Stands before a store on loopback and makes some of its answers go wrong. */
export async function startFaultProxy(
  target: string,
  faultOf: (request: string, incoming: IncomingMessage) => Fault,
): Promise<FaultProxy> {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    const line = `${incoming.method} ${incoming.url}`;
    seen.push(line);
    const fault = faultOf(line, incoming);
    if (typeof fault === 'object' && 'status' in fault) {
      incoming.resume();
      incoming.on('end', () => response.writeHead(fault.status).end(fault.body));
      return;
    }
    // With the client's own Host header, which it signed.
    const { method, headers } = incoming;
    const outgoing = request(
      new URL(incoming.url ?? '/', target),
      { method, headers },
      (answer) => {
        if (fault === 'lose') {
          answer.resume();
          answer.on('end', () => incoming.socket.destroy());
          return;
        }
        if (fault !== undefined) {
          void text(answer).then((body) => response.end(body.replace(fault.drop, '')));
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.on('error', () => outgoing.destroy());
    incoming.on('close', () => {
      if (!incoming.complete) outgoing.destroy();
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
