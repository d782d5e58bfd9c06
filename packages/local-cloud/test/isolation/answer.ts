import { request } from 'node:http';

/** What a server said to one request. */
export interface Answer {
  readonly status: number;
  /** Of an error, such as AccessDenied. */
  readonly code?: string | undefined;
}

interface SdkAnswer {
  readonly $metadata: { readonly httpStatusCode?: number | undefined };
}

/** The answer to a request of the SDK, refused or not. */
export async function answerOf(work: Promise<SdkAnswer>): Promise<Answer> {
  try {
    return { status: (await work).$metadata.httpStatusCode ?? 0 };
  } catch (error) {
    if (!isSdkError(error)) throw error;
    // What the SDK calls an error without a body, as that of a HEAD.
    const code = error.name === 'Unknown' ? undefined : error.name;
    return { status: error.$metadata.httpStatusCode ?? 0, code };
  }
}

function isSdkError(error: unknown): error is Error & SdkAnswer {
  return error instanceof Error && '$metadata' in error;
}

export interface RawOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** The answer to a request as it stands: nothing in the URL is normalised, nothing is signed. */
export function send(method: string, url: string, options: RawOptions = {}): Promise<Answer> {
  const { protocol, hostname, port } = new URL(url);
  const path = url.slice(url.indexOf('/', `${protocol}//`.length));
  return new Promise((resolve, reject) => {
    const { headers = {}, body } = options;
    const call = request({ method, hostname, port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const [, code] = /<Code>(\w+)<\/Code>/.exec(text) ?? [];
        resolve({ status: response.statusCode ?? 0, code });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}
