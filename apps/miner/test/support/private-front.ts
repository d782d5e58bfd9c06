import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type Certificate,
  selfSignedCertificate,
} from '../../../../packages/s3-core/test/support/certificate.ts';

export interface PrivateFront {
  readonly url: string;
  readonly certificate: Certificate;
  /** Method, path and the checksum headers of every request. */
  readonly seen: { readonly line: string; readonly checksums: readonly string[] }[];
  close(): Promise<void>;
}

/** A way to a store over TLS, with a certificate that no public authority knows. */
export async function openPrivateFront(endpoint: string): Promise<PrivateFront> {
  const certificate = selfSignedCertificate();
  const seen: PrivateFront['seen'] = [];
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url, rawHeaders, headers } = incoming;
    const checksums = Object.keys(headers).filter((name) => name.startsWith('x-amz-checksum-'));
    seen.push({ line: `${method} ${url}`, checksums });
    const onward = request(endpoint, { method, path: url, headers: rawHeaders }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  };
  const server = createServer(certificate, serve);
  server.on('checkContinue', (incoming, outgoing) => {
    outgoing.writeContinue();
    serve(incoming, outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate,
    seen,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
