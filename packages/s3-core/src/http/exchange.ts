import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type SilenceLimits, watchSilence } from './watch-silence.ts';

/** As long as curl waits. */
const CONTINUE_WAIT_MS = 1_000;

export interface ExchangeOptions extends SilenceLimits {
  readonly body: unknown;
  readonly signal: AbortSignal | undefined;
  /** The body waits for the store's leave, so that a refusal costs no transfer and is not lost in one. */
  readonly awaitsContinue: boolean;
  /** The store gave no leave, nor any other answer, in time. */
  readonly onNoContinue: () => void;
}

/** Sends a request; resolves with the head of the answer, whose body is still on its way. */
export function exchange(
  outgoing: ClientRequest,
  options: ExchangeOptions,
): Promise<IncomingMessage> {
  const { body, signal } = options;
  return new Promise((resolve, reject) => {
    const onAbort = () => outgoing.destroy(new DOMException('aborted', 'AbortError'));
    signal?.addEventListener('abort', onAbort, { once: true });
    outgoing.once('close', () => {
      signal?.removeEventListener('abort', onAbort);
      const ended = new Error('the connection ended without an answer');
      reject(Object.assign(ended, { code: 'ECONNRESET' }));
    });
    outgoing.on('error', reject);
    outgoing.once('response', (incoming) => {
      // A request that is never finished keeps its connection from everyone else.
      incoming.once('close', () => {
        if (!outgoing.writableFinished) outgoing.destroy();
      });
      resolve(incoming);
    });
    watchSilence(outgoing, options);
    if (options.awaitsContinue) onceAllowed(outgoing, options, () => write(outgoing, body));
    else write(outgoing, body);
    if (signal?.aborted) onAbort();
  });
}

function onceAllowed(
  outgoing: ClientRequest,
  { onNoContinue }: ExchangeOptions,
  allowed: () => void,
): void {
  let timer: NodeJS.Timeout | undefined;
  let decided = false;
  const decide = (act?: () => void) => {
    clearTimeout(timer);
    if (decided) return;
    decided = true;
    act?.();
  };
  outgoing.once('continue', () => decide(allowed));
  outgoing.once('response', () => decide());
  outgoing.once('close', () => decide());
  // From when the header has left: connecting and waiting for a connection take their own time.
  outgoing.once('socket', (socket) => {
    const start = () => {
      if (decided) return;
      timer = setTimeout(() => {
        onNoContinue();
        decide(allowed);
      }, CONTINUE_WAIT_MS);
    };
    if (socket.connecting) socket.once('connect', start);
    else start();
  });
}

function write(outgoing: ClientRequest, body: unknown): void {
  if (body instanceof Readable) body.pipe(outgoing);
  else if (typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
  else outgoing.end();
}
