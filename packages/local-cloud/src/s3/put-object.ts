import { emptyResponse, type HttpResponse } from '../http/response.ts';
import { refuseAcl } from './acl.ts';
import { checksumHeaders, readAttributes } from './object-headers.ts';
import { writePreconditions } from './preconditions.ts';
import type { ContextFacts, S3Request } from './request.ts';

/** What a policy may test of a request that creates an object, or prepares one. */
export const creationFacts =
  (creates: boolean) =>
  (request: S3Request): ContextFacts => [
    ['s3:if-none-match', request.headers.get('if-none-match')],
    ['s3:if-match', request.headers.get('if-match')],
    ['s3:x-amz-acl', request.headers.get('x-amz-acl')],
    ['s3:x-amz-copy-source', request.headers.get('x-amz-copy-source')],
    ['s3:objectcreationoperation', String(creates)],
  ];

export async function putObject(request: S3Request): Promise<HttpResponse> {
  const { store, now } = request.cloud;
  const conditions = writePreconditions(request.headers);
  const attributes = readAttributes(request.headers);
  refuseAcl(request);
  const body = request.receiveBody();
  conditions.atStart(store.find(request.bucket, request.key));
  const blob = await store.blobs.write(body);
  const { size, md5, checksum } = body.facts();
  const etag = md5.toString('hex');
  await store.commit(
    request.bucket,
    {
      key: request.key,
      blob,
      size,
      etag,
      modified: now(),
      attributes: { ...attributes, ...(checksum === undefined ? {} : { checksum }) },
    },
    conditions.atCommit,
  );
  return emptyResponse(200, { etag: `"${etag}"`, ...checksumHeaders(checksum) });
}
