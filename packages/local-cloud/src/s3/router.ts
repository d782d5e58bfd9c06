import { createBucket, deleteBucket, headBucket, listBuckets } from './buckets.ts';
import { completeMultipartUpload } from './complete-multipart.ts';
import { copyObject, uploadPartCopy } from './copy-object.ts';
import { deleteObject } from './delete-objects.ts';
import { getObject } from './get-object.ts';
import { listFacts, listObjects } from './list-objects.ts';
import { listParts } from './list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './multipart-upload.ts';
import { creationFacts, putObject } from './put-object.ts';
import type { S3Operation, S3Request } from './request.ts';
import { methodNotAllowed, refuse, subresourceOperation } from './subresources.ts';
import { SIDE_PERMISSIONS, unimplementedHeader } from './unimplemented.ts';

/** The operation a request names, or 405. A sub-resource is looked for first, so that `PUT key?acl` is never a put of `key`. */
export function route(request: S3Request): S3Operation {
  const operation =
    request.bucket === ''
      ? serviceOperation(request)
      : (subresourceOperation(request) ??
        (request.key === ''
          ? bucketOperation(request)
          : (unimplemented(request) ?? objectOperation(request))));
  if (operation === undefined) throw methodNotAllowed(request);
  return operation;
}

function serviceOperation({ method }: S3Request): S3Operation | undefined {
  return method === 'GET' ? { actions: ['s3:ListAllMyBuckets'], run: listBuckets } : undefined;
}

function bucketOperation({ method }: S3Request): S3Operation | undefined {
  switch (method) {
    case 'GET':
      return { actions: ['s3:ListBucket'], facts: listFacts, run: listObjects };
    case 'HEAD':
      return { actions: ['s3:ListBucket'], run: headBucket };
    case 'PUT':
      return { actions: ['s3:CreateBucket'], run: createBucket };
    case 'DELETE':
      return { actions: ['s3:DeleteBucket'], run: deleteBucket };
    default:
      return undefined;
  }
}

function objectOperation(request: S3Request): S3Operation | undefined {
  const { method, query } = request;
  const ofUpload = query.has('uploadId');
  switch (method) {
    case 'GET':
      return ofUpload
        ? { actions: ['s3:ListMultipartUploadParts'], run: listParts }
        : { actions: ['s3:GetObject'], run: getObject };
    case 'HEAD':
      return { actions: ['s3:GetObject'], run: getObject };
    case 'PUT':
      return putOperation(request);
    case 'POST':
      if (ofUpload) return creation(request, true, completeMultipartUpload);
      return query.has('uploads') ? creation(request, false, createMultipartUpload) : undefined;
    case 'DELETE':
      return ofUpload
        ? { actions: ['s3:AbortMultipartUpload'], run: abortMultipartUpload }
        : { actions: ['s3:DeleteObject'], run: deleteObject };
    default:
      return undefined;
  }
}

function putOperation(request: S3Request): S3Operation {
  const copies = request.headers.get('x-amz-copy-source') !== undefined;
  if (request.query.has('uploadId') || request.query.has('partNumber')) {
    return creation(request, false, copies ? uploadPartCopy : uploadPart);
  }
  return creation(request, true, copies ? copyObject : putObject);
}

function creation({ headers }: S3Request, creates: boolean, run: S3Operation['run']): S3Operation {
  return {
    actions: [
      's3:PutObject',
      // To be told whether it matches is to be told of the object.
      ...(headers.get('if-match') === undefined ? [] : ['s3:GetObject']),
      ...headerActions(headers.names()),
    ],
    facts: creationFacts(creates),
    run,
  };
}

/** Headers that do on the side what needs a permission of its own. */
function headerActions(names: readonly string[]): string[] {
  const acl = names.some((name) => name === 'x-amz-acl' || name.startsWith('x-amz-grant-'));
  return acl ? ['s3:PutObjectAcl'] : [];
}

function unimplemented(request: S3Request): S3Operation | undefined {
  const header = unimplementedHeader(request.headers);
  if (header === undefined) return undefined;
  if (isRead(request.method)) return refuse(['s3:GetObject'], header);
  const beside = SIDE_PERMISSIONS[header];
  return refuse(['s3:PutObject', ...(beside === undefined ? [] : [beside])], header);
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD';
