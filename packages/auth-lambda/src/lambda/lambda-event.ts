import { z } from 'zod';
import type { AccessInput } from '../decision/access-input.ts';
import { MAX_BODY_BYTES } from '../wire/read-claim.ts';

/** As API Gateway or the function's URL saw it: no header, which a client could write. */
const sourceIp = z.string().min(1).max(64);
const common = {
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
};

/** Payload format 1.0: REST APIs, and HTTP APIs that ask for it. */
const formatOneSchema = z
  .object({
    ...common,
    httpMethod: z.string(),
    requestContext: z.object({ identity: z.object({ sourceIp }) }),
  })
  .transform(({ httpMethod, requestContext: { identity }, ...rest }) => {
    return { ...rest, method: httpMethod, sourceAddress: identity.sourceIp };
  });

/** Payload format 2.0: HTTP APIs and function URLs. */
const formatTwoSchema = z
  .object({
    ...common,
    version: z.literal('2.0'),
    requestContext: z.object({ http: z.object({ method: z.string(), sourceIp }) }),
  })
  .transform(({ requestContext: { http }, ...rest }) => {
    return { ...rest, method: http.method, sourceAddress: http.sourceIp };
  });

const httpEventSchema = z.union([formatTwoSchema, formatOneSchema]);
const directEventSchema = z.record(z.string(), z.unknown());

/** What invoked the function. */
export type LambdaEvent =
  | { readonly kind: 'http'; readonly method: string; readonly input: AccessInput }
  /** The event is the access request itself; whoever may invoke the function wants no HTTP. */
  | { readonly kind: 'direct'; readonly input: AccessInput }
  | { readonly kind: 'unknown' };

export function readLambdaEvent(event: unknown): LambdaEvent {
  const document = directEventSchema.safeParse(event);
  if (!document.success) return { kind: 'unknown' };
  if (!Object.hasOwn(document.data, 'requestContext')) {
    const body = textBytes(JSON.stringify(document.data));
    return { kind: 'direct', input: { body, headers: {}, sourceAddress: 'direct' } };
  }
  const http = httpEventSchema.safeParse(event);
  if (!http.success) return { kind: 'unknown' };
  const { method, sourceAddress, headers, body, isBase64Encoded } = http.data;
  const toBytes = isBase64Encoded === true ? base64Bytes : textBytes;
  return {
    kind: 'http',
    method,
    input: { body: toBytes(body ?? ''), headers: lowerCased(headers ?? {}), sourceAddress },
  };
}

/** Enough to see that a body is too long; the event may hold megabytes. */
const ENOUGH = MAX_BODY_BYTES + 1;

function textBytes(text: string): Uint8Array {
  return Buffer.from(text.slice(0, ENOUGH), 'utf8');
}

function base64Bytes(text: string): Uint8Array {
  return Buffer.from(text.slice(0, Math.ceil(ENOUGH / 3) * 4), 'base64');
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(named);
}
