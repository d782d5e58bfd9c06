import { Readable } from 'node:stream';
import { type CallContext, failure, type Sha256 } from '@data-universe/storage-core';
import { LinkedSignal } from './linked-signal.ts';

/** What one write hands to the connection: little enough to notice a stall, and for TLS to encrypt at once. */
const SLICE = 256 * 1024;

export interface BodyOptions {
  /** Bytes that the request announces. */
  readonly length: number;
  readonly call: CallContext;
  readonly onSent?: (bytes: number) => void;
}

/** Memory as chunks for a request's body. */
export async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.byteLength; at += SLICE) yield bytes.subarray(at, at + SLICE);
}

/**
 * Sends chunks as a request's body. The SDK pipes a body without listening to its errors: one that
 * fails ends the request here, and is what the call then reports.
 */
export async function sendBody<T>(
  chunks: AsyncIterable<Uint8Array>,
  { length, call, onSent }: BodyOptions,
  send: (body: Readable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new LinkedSignal(call.signal);
  let sent = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      yield chunk;
      // The connection asks for more: it has taken this one.
      sent += chunk.byteLength;
      onSent?.(sent);
    }
  };
  const body = Readable.from(counted(), { objectMode: false });
  let failed: unknown;
  body.once('error', (error) => {
    failed = error;
    ending.abort(error);
  });
  try {
    const result = await send(body, ending.signal);
    if (sent === length) return result;
    throw failure(call, {
      code: 'Unavailable',
      message: `the store confirmed it after ${sent} of ${length} bytes`,
    });
  } catch (error) {
    // An answer before the whole body was sent leaves a connection that waits for the rest.
    ending.abort(error);
    throw failed ?? error;
  } finally {
    ending.letGo();
    body.destroy();
  }
}

/**
 * Middleware that signs the request for exactly this body: a store refuses any other, over plain
 * http too, and nothing needs an aws-chunked trailer.
 */
export function signedPayload(sha256: Sha256) {
  return <A extends { readonly request: unknown }, R>(next: (args: A) => R) =>
    (args: A): R => {
      setHeader(args.request, 'x-amz-content-sha256', sha256);
      return next(args);
    };
}

function setHeader(request: unknown, name: string, value: string): void {
  const headers: unknown =
    typeof request === 'object' && request !== null ? Reflect.get(request, 'headers') : undefined;
  if (typeof headers !== 'object' || headers === null)
    throw new TypeError('the SDK built a request without headers');
  Reflect.set(headers, name, value);
}
