import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type AccessGrant, type AccessRequest, accessRequestSchema } from '../src/index.ts';

type Answer = (request: AccessRequest, response: ServerResponse, n: number) => void | Promise<void>;

/** A credential service on loopback that keeps what it was asked and answers as a test says. */
export interface CredentialService {
  readonly url: string;
  readonly requests: readonly AccessRequest[];
  answer: Answer;
  close(): Promise<void>;
}

export async function startCredentialService(answer: Answer): Promise<CredentialService> {
  const requests: AccessRequest[] = [];
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const request = accessRequestSchema.parse(JSON.parse(await text(message)));
    requests.push(request);
    await service.answer(request, response, requests.length);
  };
  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      // As a failing test shows it: the client sees what went wrong here.
      response.writeHead(400).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const service: CredentialService = {
    url: `http://127.0.0.1:${port}/auth`,
    requests,
    answer,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
  return service;
}

export const SECRET = 'the-secret-access-key';
export const TOKEN = 'the-session-token';

/** What a service grants for a request; the access key carries its nonce, so that grants differ. */
export function grantFor(
  request: AccessRequest,
  expiresAtMs: number,
  overrides: Partial<AccessGrant> = {},
): AccessGrant {
  const owner = request.action === 'upload' ? request.hotkey : request.miner_hotkey;
  const sources = request.source === undefined ? ['reddit', 'x'] : [request.source];
  return {
    request_id: 'request-1',
    credentials: {
      access_key_id: `key-${request.nonce}`,
      secret_access_key: SECRET,
      session_token: TOKEN,
    },
    expiration: new Date(expiresAtMs).toISOString(),
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint: null,
    prefixes: sources.map((source) => `data/${source}/${owner}/`),
    ...overrides,
  };
}

export function sendJson(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
