import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

const TIMEOUT_MS = 20_000;
const MAX_TEXT = 65_536;

/** A request as it stands: fetch would not send every header, and would normalise the URL. */
export function sendRequest({ method, url, headers, body }: Sent): Promise<Answered> {
  const { protocol, hostname, port, host } = new URL(url);
  const path = url.slice(url.indexOf('/', `${protocol}//`.length));
  const send = protocol === 'https:' ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      { method, hostname, port, path, headers: { host, ...headers }, timeout: TIMEOUT_MS },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          if (text.length < MAX_TEXT) text += chunk;
        });
        incoming.on('error', reject);
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
