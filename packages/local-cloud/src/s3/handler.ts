import type { Cloud } from '../cloud.ts';
import { REGION } from '../config.ts';
import { findCredential } from '../credentials.ts';
import type { HttpRequest } from '../http/request.ts';
import type { HttpResponse } from '../http/response.ts';
import { verifySignature } from '../sigv4/verify.ts';
import { parseAddress } from './address.ts';
import { noSuchBucket } from './errors.ts';
import { ReceivedBody } from './received-body.ts';
import { demand, type S3Request } from './request.ts';
import { route } from './router.ts';

/** Serves one S3 request: who is it, what do they want, may they, then do it. Throws CloudError for any refusal. */
export async function handleS3(cloud: Cloud, http: HttpRequest): Promise<HttpResponse> {
  const verified = verifySignature(http, {
    region: REGION,
    service: 's3',
    now: cloud.now(),
    payloadHash: http.headers.get('x-amz-content-sha256') ?? '',
    lookup: (accessKeyId, token) =>
      findCredential(cloud.account, cloud.keys, cloud.now(), accessKeyId, token),
  });
  const request: S3Request = {
    cloud,
    id: http.id,
    method: http.method,
    ...parseAddress(http.path),
    query: http.query,
    headers: verified.headers,
    principal: verified.principal,
    receiveBody: (options) => new ReceivedBody({ ...verified, body: http.body }, options),
  };
  const operation = route(request);
  const facts = operation.facts?.(request) ?? [];
  for (const action of operation.actions) {
    demand(request, action, request.bucket, request.key, facts);
  }
  const createsBucket = request.method === 'PUT' && request.key === '';
  if (request.bucket !== '' && !createsBucket && !cloud.store.hasBucket(request.bucket)) {
    throw noSuchBucket();
  }
  return operation.run(request);
}
