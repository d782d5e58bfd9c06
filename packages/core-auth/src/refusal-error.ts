import { AccessError } from './access-error.ts';
import { type AccessRefusal, accessRefusalSchema } from './access-response.ts';

/** What an answer other than 2xx says. `document` is its body as JSON, undefined where it is none. */
export function errorOfAnswer(
  response: Response,
  document: unknown,
  nowMilliseconds: number,
): AccessError {
  const { status } = response;
  const refusal = accessRefusalSchema.safeParse(document);
  if (refusal.success) return errorOfRefusal(refusal.data, status, nowMilliseconds);
  if (status >= 300 && status < 400) {
    return new AccessError({
      code: 'InvalidResponse',
      status,
      message: `the service answered with a redirect (HTTP ${status}), which is not followed: set auth_endpoint to its final URL`,
    });
  }
  if (status >= 500 || status === 429 || status === 408) {
    return new AccessError({
      code: 'ServiceUnreachable',
      status,
      retryable: true,
      retryAfterSeconds: retryAfterHeader(response),
      message: `the service, or a gateway before it, is failing (HTTP ${status}): try again later`,
    });
  }
  return new AccessError({
    code: 'InvalidResponse',
    status,
    message: `HTTP ${status}, and not the answer of a credential service: check auth_endpoint`,
  });
}

function errorOfRefusal(refusal: AccessRefusal, status: number, now: number): AccessError {
  const { code, message, retryable, retry_after, server_time, mode } = refusal.error;
  const common = { code, status, requestId: printable(refusal.request_id, 128) };
  if (code === 'ClockSkew') {
    // Asking again by the same clock changes nothing, whatever the service says of retrying.
    return new AccessError({ ...common, message: clockAdvice(message, server_time, now) });
  }
  return new AccessError({
    ...common,
    message: `${printable(message, 500)} (${code}, request ${common.requestId})`,
    retryable,
    retryAfterSeconds: retry_after,
    serviceMode: code === 'BadRequest' ? mode : undefined,
  });
}

function clockAdvice(message: string, serverTime: number | undefined, now: number): string {
  if (serverTime === undefined) return printable(message, 500);
  const ahead = Math.round(now / 1000) - serverTime;
  const direction = ahead < 0 ? 'behind' : 'ahead of';
  return `this machine's clock is ${Math.abs(ahead)} seconds ${direction} the service's: synchronise it with NTP (for example "timedatectl set-ntp true") and try again (ClockSkew)`;
}

function retryAfterHeader(response: Response): number | undefined {
  const text = response.headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** Text of a stranger, for a terminal or a log: one line, no control characters, of bounded length. */
function printable(text: string, maxLength: number): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, maxLength);
}
