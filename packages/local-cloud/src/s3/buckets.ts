import { bucketNameSchema, REGION } from '../config.ts';
import { CloudError } from '../errors.ts';
import { emptyResponse, type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field } from '../http/xml.ts';
import { invalidBucketName } from './address.ts';
import { owner, S3_NAMESPACE } from './list-objects.ts';
import type { S3Request } from './request.ts';

export async function listBuckets(request: S3Request): Promise<HttpResponse> {
  return xmlResponse(
    document(
      element(
        `ListAllMyBucketsResult xmlns="${S3_NAMESPACE}"`,
        owner(),
        element(
          'Buckets',
          ...request.cloud.store
            .buckets()
            .map(({ name, created }) =>
              element(
                'Bucket',
                field('Name', name),
                field('CreationDate', new Date(created).toISOString()),
              ),
            ),
        ),
      ),
    ),
  );
}

export async function headBucket(): Promise<HttpResponse> {
  return emptyResponse(200, { 'x-amz-bucket-region': REGION });
}

export async function createBucket(request: S3Request): Promise<HttpResponse> {
  if (!bucketNameSchema.safeParse(request.bucket).success) throw invalidBucketName(request.bucket);
  // In us-east-1 creating one's own bucket again succeeds.
  request.cloud.store.createBucket(request.bucket, request.cloud.now());
  return emptyResponse(200, { location: `/${request.bucket}` });
}

export async function deleteBucket(request: S3Request): Promise<HttpResponse> {
  if (!request.cloud.store.deleteBucket(request.bucket)) {
    throw new CloudError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
  }
  return emptyResponse(204);
}

/** us-east-1 is written as an empty constraint. */
export async function getBucketLocation(): Promise<HttpResponse> {
  return xmlResponse(document(element(`LocationConstraint xmlns="${S3_NAMESPACE}"`)));
}

/** Never enabled, which S3 says with an empty element. */
export async function getBucketVersioning(): Promise<HttpResponse> {
  return xmlResponse(document(element(`VersioningConfiguration xmlns="${S3_NAMESPACE}"`)));
}
