import { z } from 'zod';
import { AccessError } from './access-error.ts';
import type { AccessRequest } from './access-request.ts';
import { readBounded } from './bounded-body.ts';
import { errorOfAnswer } from './refusal-error.ts';

/** A grant has under 4 KiB, one of 32 signed requests under 48. */
const MAX_RESPONSE_BYTES = 65_536;

export interface RequestGrantOptions<T> {
  /** What the answer has to be. */
  readonly schema: z.ZodType<T>;
  readonly endpoint: URL;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: () => number;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One exchange with the service: a request goes out, a grant comes back. Throws AccessError. */
export async function requestGrant<T>(
  request: AccessRequest,
  options: RequestGrantOptions<T>,
): Promise<T> {
  const { response, body } = await exchange(request, options);
  if (body === undefined) {
    throw new AccessError({
      code: 'InvalidResponse',
      status: response.status,
      message: `the answer is longer than ${MAX_RESPONSE_BYTES} bytes: check auth_endpoint`,
    });
  }
  const document = parseJson(body);
  if (!response.ok) throw errorOfAnswer(response, document, options.clock());
  const grant = options.schema.safeParse(document);
  if (grant.success) return grant.data;
  throw new AccessError({
    code: 'InvalidResponse',
    status: response.status,
    message: `the answer is not a grant of access (check auth_endpoint): ${z.prettifyError(grant.error).slice(0, 500)}`,
  });
}

async function exchange(
  request: AccessRequest,
  options: Omit<RequestGrantOptions<unknown>, 'schema'>,
) {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await options.fetch(options.endpoint, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(request),
      // A signed request goes where it was signed for and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.any([options.signal, timeout]),
    });
    return { response, body: await readBounded(response, MAX_RESPONSE_BYTES) };
  } catch (cause) {
    if (options.signal.aborted) {
      throw new AccessError({ code: 'Aborted', message: 'no longer wanted', cause });
    }
    const what = timeout.aborted ? `no answer in ${options.timeoutMs} ms` : reasonOf(cause);
    throw new AccessError({
      code: 'ServiceUnreachable',
      retryable: true,
      message: `${options.endpoint.origin} could not be reached (${what}): check the network and auth_endpoint`,
      cause,
    });
  }
}

/** fetch's own message is "fetch failed"; the reason is beneath it. */
function reasonOf(error: unknown): string {
  const deepest = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(deepest instanceof Error)) return 'unknown reason';
  return 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : deepest.message;
}

/** The parser's error would quote the text, which may hold credentials: it is dropped. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
