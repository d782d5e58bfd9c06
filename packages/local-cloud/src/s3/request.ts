import type { Cloud } from '../cloud.ts';
import { accessDenied } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';
import type { QueryParameters } from '../http/query.ts';
import type { HttpResponse } from '../http/response.ts';
import { isAllowed } from '../iam/evaluate.ts';
import { type Principal, principalContext } from '../iam/principal.ts';
import type { BodyOptions, ReceivedBody } from './received-body.ts';

/** An authenticated S3 request, addressed. */
export interface S3Request {
  readonly cloud: Cloud;
  readonly id: string;
  readonly method: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: QueryParameters;
  readonly headers: RequestHeaders;
  readonly principal: Principal;
  /** Reads what the body's headers promise; throws where they are malformed. */
  readonly receiveBody: (options?: BodyOptions) => ReceivedBody;
}

/** Facts that a policy may test and that only some operations have. */
export type ContextFacts = ReadonlyArray<readonly [key: string, value: string | undefined]>;

export interface S3Operation {
  /** What the principal must be allowed to do to the request's own bucket or key before anything else happens. */
  readonly actions: readonly string[];
  readonly facts?: (request: S3Request) => ContextFacts;
  readonly run: (request: S3Request) => Promise<HttpResponse>;
}

/** Whether the request's principal may do an action to a bucket (empty key) or an object. */
export function mayDo(
  request: S3Request,
  action: string,
  bucket: string,
  key: string,
  facts: ContextFacts = [],
): boolean {
  const { cloud, principal, headers } = request;
  const context = new Map(principalContext(principal, cloud.now()));
  const known: ContextFacts = [
    ['s3:x-amz-content-sha256', headers.get('x-amz-content-sha256')],
    ...facts,
  ];
  for (const [name, value] of known) if (value !== undefined) context.set(name, value);
  const resource = bucket === '' ? '*' : arnOf(bucket, key);
  return isAllowed(
    principal,
    { action, resource, context },
    cloud.account.buckets.get(bucket) ?? [],
  );
}

export function demand(
  request: S3Request,
  action: string,
  bucket: string,
  key: string,
  facts: ContextFacts = [],
): void {
  if (mayDo(request, action, bucket, key, facts)) return;
  const resource = bucket === '' ? 'arn:aws:s3:::*' : arnOf(bucket, key);
  throw accessDenied(
    `User: ${request.principal.arn} is not authorized to perform: ${action} on resource: "${resource}"`,
  );
}

const arnOf = (bucket: string, key: string) =>
  `arn:aws:s3:::${key === '' ? bucket : `${bucket}/${key}`}`;
