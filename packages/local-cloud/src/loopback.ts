const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** This server is for one developer's machine: it must never be reachable from another. */
export class NotLoopbackError extends Error {
  override readonly name = 'NotLoopbackError';
  readonly code = 'NotLoopback';
  readonly retryable = false;
}

export function assertLoopback(host: string): void {
  if (LOOPBACK.has(host)) return;
  throw new NotLoopbackError(
    `The local cloud is for development only and does not listen on "${host}"; use 127.0.0.1, ::1 or localhost.`,
  );
}
