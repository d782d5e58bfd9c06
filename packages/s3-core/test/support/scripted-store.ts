import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Backend, type S3BackendOptions } from '@data-universe/s3-core';

interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface ScriptedStore {
  readonly endpoint: string;
  /** Whole requests, in the order in which they ended. */
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

type Script = (
  request: SeenRequest,
  response: ServerResponse,
) => ScriptedAnswer | 'cut' | 'handled' | Promise<ScriptedAnswer | 'cut' | 'handled'>;

/** An HTTP server on loopback that answers as the script says; `cut` ends the connection unanswered. */
export async function startScriptedStore(script: Script): Promise<ScriptedStore> {
  const requests: SeenRequest[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      // The client gave up in the middle of its body: no whole request, no answer.
      return;
    }
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: Buffer.concat(chunks) };
    requests.push(request);
    const answer = await script(request, response);
    if (answer === 'cut') incoming.socket.destroy();
    else if (answer !== 'handled')
      response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, response) => void serve(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'very-secret-key-of-the-test',
  sessionToken: 'very-secret-token-of-the-test',
};

export function backendAt(endpoint: string, options: Partial<S3BackendOptions> = {}): S3Backend {
  return new S3Backend({
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint,
    credentials: async () => CREDENTIALS,
    maxAttempts: 3,
    ...options,
  });
}

export function s3Error(status: number, code: string, more = ''): ScriptedAnswer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>says the store</Message>${more}<RequestId>R1</RequestId></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** A store that checks what it is sent: it has a checksum of its own beside the writer's word. */
export function objectAnswer(size: number, sha256?: string): ScriptedAnswer {
  const checksum = Buffer.from(sha256 ?? '', 'hex').toString('base64');
  return {
    status: 200,
    headers: {
      etag: '"e1"',
      'last-modified': 'Tue, 04 Feb 2025 10:00:00 GMT',
      'content-length': String(size),
      ...(sha256 === undefined
        ? {}
        : { 'x-amz-meta-sha256': sha256, 'x-amz-checksum-sha256': checksum }),
    },
  };
}
