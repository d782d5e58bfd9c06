import { Readable } from 'node:stream';
import type { Sha256 } from '@data-universe/storage-core';

/**
 * Sends chunks as a request's body. The SDK pipes a body without listening to its errors: one that
 * fails ends the request here, and is what the call then reports.
 */
export async function sendBody<T>(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  send: (body: Readable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const signals = signal === undefined ? [] : [signal];
  const body = Readable.from(chunks, { objectMode: false });
  let failed: unknown;
  body.once('error', (error) => {
    failed = error;
    controller.abort(error);
  });
  try {
    return await send(body, AbortSignal.any([...signals, controller.signal]));
  } catch (error) {
    // An answer before the whole body was sent leaves a connection that waits for the rest.
    controller.abort(error);
    throw failed ?? error;
  } finally {
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
