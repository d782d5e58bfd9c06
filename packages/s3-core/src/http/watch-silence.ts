import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { TransferTimeout } from './timeout.ts';

export interface SilenceLimits {
  /** Milliseconds for a new connection, TLS included; the wait for a free one does not count. */
  readonly connectMs: number;
  /** Milliseconds without a byte in either direction. */
  readonly idleMs: number;
}

/** Ends a request, and the answer it may have had already, once its connection has been silent too long. */
export function watchSilence(outgoing: ClientRequest, { connectMs, idleMs }: SilenceLimits): void {
  let answer: IncomingMessage | undefined;
  outgoing.once('response', (incoming) => {
    answer = incoming;
  });

  const giveUp = (message: string) => {
    const error = new TransferTimeout(message);
    // First: once its request is gone, an answer only says that it was cut.
    answer?.destroy(error);
    outgoing.destroy(error);
  };

  outgoing.once('socket', (socket) => {
    const onSilence = () => {
      // With bytes waiting it is the reader that pauses, not the store.
      if (answer !== undefined && (answer.complete || answer.readableLength > 0))
        socket.setTimeout(idleMs);
      else giveUp(`no byte came or went for ${idleMs} ms`);
    };
    const listen = () => {
      socket.setTimeout(idleMs, onSilence);
      outgoing.once('close', () => {
        socket.off('timeout', onSilence);
        socket.setTimeout(0);
      });
    };
    if (!socket.connecting) return listen();
    const timer = setTimeout(() => giveUp(`no connection within ${connectMs} ms`), connectMs);
    outgoing.once('close', () => clearTimeout(timer));
    socket.once(connectedEvent(socket), () => {
      clearTimeout(timer);
      if (!outgoing.destroyed) listen();
    });
  });
}

function connectedEvent(socket: Socket): 'secureConnect' | 'connect' {
  return socket instanceof TLSSocket ? 'secureConnect' : 'connect';
}
