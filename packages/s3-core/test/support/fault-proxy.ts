import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** For that long nothing is read; afterwards what comes is dropped. */
const STALL_MS = 3_000;

export type Fault =
  /** The store does what it was asked, and its answer is lost. */
  | 'lose'
  /** A part is cut out of the answer's body. */
  | { readonly drop: RegExp }
  /** Answered without asking the store. */
  | {
      readonly status: number;
      readonly body: string;
      /** Bytes of the request's body after which it is answered, the rest unread. Default: all. */
      readonly afterBytes?: number;
    }
  /** The request goes as far as this byte of its body, and never whole. */
  | { readonly request: 'reset' | 'stall'; readonly at: number }
  /** The store's answer comes as far as this byte, head included, and never whole. */
  | { readonly answer: 'reset' | 'end' | 'stall'; readonly at: number }
  | undefined;

export interface FaultProxy {
  readonly endpoint: string;
  /** Method and path with query of every request, in the order they arrived. */
  readonly seen: string[];
  /** How many clients are connected. */
  connections(): Promise<number>;
  /** Cuts every connection and refuses new ones. */
  stop(): Promise<void>;
  /** On the port it had. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Stands before a store on loopback and makes some of its requests and answers go wrong. */
export async function startFaultProxy(
  target: string,
  faultOf: (request: string, incoming: IncomingMessage) => Fault,
): Promise<FaultProxy> {
  const seen: string[] = [];
  const serve = (incoming: IncomingMessage, response: ServerResponse) => {
    const line = `${incoming.method} ${incoming.url}`;
    // Node takes it from a request whose connection is gone.
    const { socket } = incoming;
    seen.push(line);
    const fault = faultOf(line, incoming);
    const refused = typeof fault === 'object' && 'status' in fault;
    // A store that refuses at once gives no leave to send the body.
    if (incoming.headers.expect !== undefined && refused && fault.afterBytes !== 0)
      response.writeContinue();
    const served = refused
      ? refuse(incoming, response, fault)
      : forward(target, incoming, response, fault);
    // The connection is cut already, by this fault, by the client or by the store.
    served.catch(() => socket.destroy());
  };
  const server = createServer(serve).on('checkContinue', serve);
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    stop,
    start: () => listen(port),
    close: stop,
  };
}

async function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  {
    status,
    body,
    afterBytes = Number.POSITIVE_INFINITY,
  }: Extract<Fault, { readonly status: number }>,
): Promise<void> {
  const early = afterBytes < Number.POSITIVE_INFINITY;
  const answer = () => response.writeHead(status, early ? { connection: 'close' } : {}).end(body);
  if (afterBytes === 0) {
    answer();
    return;
  }
  let received = 0;
  for await (const chunk of incoming) {
    received += chunk.length;
    if (received < afterBytes || response.writableEnded) continue;
    answer();
  }
  if (!response.writableEnded) answer();
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  fault: Exclude<Fault, { readonly status: number }>,
): Promise<void> {
  // With the client's own Host header, which it signed.
  const { method, headers, url = '/' } = incoming;
  const outgoing = request(new URL(url, target), { method, headers, agent: false });
  outgoing.once('continue', () => response.writeContinue());
  response.once('close', () => outgoing.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).on('error', reject);
  });
  // Where the body fails first, this is not waited for.
  answered.catch(() => undefined);
  const body = typeof fault === 'object' && 'request' in fault ? upTo(incoming, fault) : incoming;
  const sent = pipeline(body, outgoing);
  // A store that refuses a body answers before it has read it all.
  const answer = await Promise.race([answered, sent.then(() => answered)]);
  sent.catch(() => outgoing.destroy());
  await reply(answer, incoming, response, fault);
}

async function* upTo(
  incoming: IncomingMessage,
  { request: how, at }: Extract<Fault, { readonly request: string }>,
): AsyncGenerator<Uint8Array> {
  const { socket } = incoming;
  const cut = (): never => {
    socket.resetAndDestroy();
    throw new Error('the request was cut');
  };
  if (at === 0 && how === 'reset') cut();
  let passed = 0;
  for await (const chunk of incoming) {
    if (passed < at) yield chunk.subarray(0, at - passed);
    const reached = passed < at && passed + chunk.length >= at;
    passed += chunk.length;
    if (!reached) continue;
    if (how === 'reset') cut();
    // Only who reads notices that the other side has gone.
    await sleep(STALL_MS, undefined, { ref: false });
  }
  if (how === 'reset') cut();
  await new Promise((resolve) => socket.once('close', resolve));
  throw new Error('the request was left');
}

async function reply(
  answer: IncomingMessage,
  { method, socket }: IncomingMessage,
  response: ServerResponse,
  fault: Exclude<Fault, { readonly status: number }>,
): Promise<void> {
  const { statusCode = 502, statusMessage = '', headers } = answer;
  if (typeof fault === 'object' && 'drop' in fault) {
    response.end((await text(answer)).replace(fault.drop, ''));
    return;
  }
  const cut = fault === 'lose' ? ({ answer: 'reset', at: 0 } as const) : fault;
  if (cut === undefined || !('answer' in cut)) {
    response.writeHead(statusCode, headers);
    await pipeline(answer, response);
    return;
  }
  const body = await buffer(answer);
  const head = headOf(`HTTP/1.1 ${statusCode} ${statusMessage}`, {
    ...headers,
    'transfer-encoding': undefined,
    'content-length': method === 'HEAD' ? headers['content-length'] : String(body.length),
  });
  const whole = Buffer.concat([head, body]);
  const part = whole.subarray(0, Math.min(cut.at, whole.length - 1));
  if (cut.answer === 'end') socket.end(part);
  else if (cut.answer === 'stall') socket.write(part);
  // A reset overtakes what was not read yet.
  else socket.write(part, () => setTimeout(() => socket.resetAndDestroy(), part.length && 20));
}

function headOf(statusLine: string, headers: IncomingHttpHeaders): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${String(value)}`],
  );
  return Buffer.from(`${[statusLine, ...lines].join('\r\n')}\r\n\r\n`);
}
