import { type HttpAnswer, HttpTimeoutError, httpPost } from '@data-universe/core-auth/http-post';
import { z } from 'zod';
import { ChainUnavailableError } from './chain-unavailable-error.ts';

/** One question to one endpoint. Throws ChainUnavailableError. */
export type RpcCall = (method: string, params: readonly unknown[]) => Promise<unknown>;

const MAX_BODY_BYTES = 1_048_576;

const envelopeSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z.object({ code: z.int() }).nullish(),
});

let lastId = 0;

/** JSON-RPC 2.0 over POST to `url`; each call has `timeoutMs`, and all end with `signal`. */
export function jsonRpc(url: string, timeoutMs: number, signal: AbortSignal): RpcCall {
  return async (method, params) => {
    lastId += 1;
    const id = lastId;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const text = await post(url, body, timeoutMs, signal);
    return resultOf(parseJson(text), id, method);
  };
}

async function post(
  url: string,
  body: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string> {
  const answer = await exchange(url, body, timeoutMs, signal);
  // A redirect too: whoever answers must be whom the operator named.
  if (answer.status !== 200) {
    throw new ChainUnavailableError(`HTTP ${answer.status}`, { reason: 'Rpc' });
  }
  if (answer.body !== undefined) return Buffer.from(answer.body).toString('utf8');
  throw new ChainUnavailableError(`an answer over ${MAX_BODY_BYTES} bytes`, {
    reason: 'Malformed',
  });
}

async function exchange(
  url: string,
  body: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  try {
    return await httpPost({
      url: new URL(url),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      timeoutMs,
      signal,
      maxAnswerBytes: MAX_BODY_BYTES,
      repeatable: true,
    });
  } catch (cause) {
    if (signal.aborted || cause instanceof HttpTimeoutError) {
      throw new ChainUnavailableError('no answer in time', { reason: 'Timeout', cause });
    }
    throw new ChainUnavailableError(`no connection, or one that broke (${codeOf(cause)})`, {
      reason: 'Unreachable',
      cause,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChainUnavailableError('an answer that is not JSON', { reason: 'Malformed', cause });
  }
}

function resultOf(value: unknown, id: number, method: string): unknown {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) {
    throw new ChainUnavailableError(`an answer to ${method} that is no JSON-RPC`, {
      reason: 'Malformed',
    });
  }
  const { error, result } = envelope.data;
  if (error !== undefined && error !== null) {
    // Its code alone: the text is the endpoint's, and may repeat a key that was in the URL.
    throw new ChainUnavailableError(`error ${error.code} to ${method}`, { reason: 'Rpc' });
  }
  if (envelope.data.id !== id) {
    throw new ChainUnavailableError(`an answer to another question than ${method}`, {
      reason: 'Malformed',
    });
  }
  return result;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}
