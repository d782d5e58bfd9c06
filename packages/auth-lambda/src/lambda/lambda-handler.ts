import type { AccessHandler, AccessOutput } from '../decision/access-handler.ts';
import { Refusal } from '../decision/refusal.ts';
import { readLambdaEvent } from './lambda-event.ts';

/** What API Gateway and function URLs make a response of. */
export interface LambdaHttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** An answer of HTTP; of a direct invocation the document itself, an AccessGrant or an AccessRefusal. Never throws. */
export type LambdaHandler = (event: unknown) => Promise<LambdaHttpAnswer | object>;

/** The service behind whatever may invoke a Lambda. */
export function createLambdaHandler(service: AccessHandler): LambdaHandler {
  return async (event) => {
    const read = readLambdaEvent(event);
    if (read.kind === 'unknown') return httpAnswer(UNKNOWN_EVENT);
    if (read.kind === 'direct') {
      const document: object = JSON.parse((await service(read.input)).body);
      return document;
    }
    if (read.method !== 'POST') return httpAnswer(NOT_POST);
    return httpAnswer(await service(read.input));
  };
}

function httpAnswer({ status, headers, body }: AccessOutput): LambdaHttpAnswer {
  return { statusCode: status, headers, body, isBase64Encoded: false };
}

const UNKNOWN_EVENT = problem(
  400,
  'This function answers API Gateway (payload format 1.0 or 2.0), its function URL, and direct invocations whose event is an access request; invoke it in one of these ways.',
);
const NOT_POST = problem(405, 'This address answers POST alone.', { allow: 'POST' });

function problem(status: number, message: string, headers = {}): AccessOutput {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(new Refusal('BadRequest', message).toBody('none')),
  };
}
