import { CloudError, notImplemented } from '../errors.ts';
import { getAcl, putAcl } from './acl.ts';
import { getBucketLocation, getBucketVersioning } from './buckets.ts';
import { deleteObjects } from './delete-objects.ts';
import { listUploads, uploadListFacts } from './list-uploads.ts';
import type { S3Operation, S3Request } from './request.ts';
import { getObjectTagging } from './tagging.ts';
import { BUCKET_SUBRESOURCES, OBJECT_SUBRESOURCES } from './unimplemented.ts';

type Operations = Readonly<Record<string, Readonly<Record<string, S3Operation>>>>;

const OF_BUCKET: Operations = {
  acl: {
    GET: { actions: ['s3:GetBucketAcl'], run: getAcl },
    PUT: { actions: ['s3:PutBucketAcl'], run: putAcl },
  },
  // Each key of the body is authorised by itself.
  delete: { POST: { actions: [], run: deleteObjects } },
  location: { GET: { actions: ['s3:GetBucketLocation'], run: getBucketLocation } },
  uploads: {
    GET: {
      actions: ['s3:ListBucketMultipartUploads'],
      facts: uploadListFacts,
      run: listUploads,
    },
  },
  versioning: { GET: { actions: ['s3:GetBucketVersioning'], run: getBucketVersioning } },
};

const OF_OBJECT: Operations = {
  acl: {
    GET: { actions: ['s3:GetObjectAcl'], run: getAcl },
    PUT: { actions: ['s3:PutObjectAcl'], run: putAcl },
  },
  tagging: { GET: { actions: ['s3:GetObjectTagging'], run: getObjectTagging } },
};

/**
 * What a sub-resource in the query asks for; undefined where it names none. It is never taken for the bucket or the
 * object itself: 501 for what this cloud lacks, 405 for a method that AWS lacks.
 */
export function subresourceOperation(request: S3Request): S3Operation | undefined {
  const { query, method } = request;
  const [here, elsewhere] =
    request.key === '' ? [OF_BUCKET, BUCKET_SUBRESOURCES] : [OF_OBJECT, OBJECT_SUBRESOURCES];
  let operation: S3Operation | undefined;
  for (const name of new Set([...Object.keys(here), ...Object.keys(elsewhere)])) {
    if (!query.has(name)) continue;
    const found = here[name]?.[method];
    const action = elsewhere[name]?.[method];
    if (found !== undefined) operation = found;
    else if (action !== undefined) return refuse([action], `The sub-resource ${name}`);
    else throw methodNotAllowed(request);
  }
  return operation;
}

export const refuse = (actions: readonly string[], what: string): S3Operation => ({
  actions,
  run: async () => {
    throw notImplemented(what);
  },
});

export const methodNotAllowed = ({ method }: S3Request) =>
  new CloudError(
    'MethodNotAllowed',
    405,
    'The specified method is not allowed against this resource.',
    { details: { Method: method } },
  );
