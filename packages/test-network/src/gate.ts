import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to a store that can be closed: uploads wait before it, everything else passes. */
export interface Gate {
  /** http://127.0.0.1:port, in place of the store's. */
  readonly url: string;
  /** Resolves once an upload waits. */
  readonly reached: Promise<void>;
  /** Lets every upload through from now on. */
  open(): void;
  close(): Promise<void>;
}

/** A closed gate before a store at `endpoint`. Requests pass unchanged, so that signatures hold. */
export async function openGate(endpoint: string): Promise<Gate> {
  let open: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const server = createServer((incoming, outgoing) => {
    const forward = (): void => {
      const { method, url, rawHeaders } = incoming;
      const onward = request(endpoint, { method, path: url, headers: rawHeaders }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    };
    if (incoming.method !== 'PUT') return forward();
    reach();
    void opened.then(forward);
  });
  // The program asks before it sends a body: "100 Continue" comes from the store.
  server.on('checkContinue', (incoming, outgoing) => {
    outgoing.writeContinue();
    server.emit('request', incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    reached,
    open,
    async close() {
      open();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
