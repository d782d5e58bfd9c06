import { invalidArgument, invalidRequest } from '../errors.ts';
import { emptyResponse, type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field } from '../http/xml.ts';
import type { StoredChecksum } from '../store/attributes.ts';
import type { Upload, UploadAttributes } from '../store/upload-store.ts';
import { refuseAcl } from './acl.ts';
import { noSuchUpload, operationAborted } from './errors.ts';
import { parseAlgorithm } from './expected-checksum.ts';
import { S3_NAMESPACE } from './list-objects.ts';
import { readAttributes } from './object-headers.ts';
import type { S3Request } from './request.ts';

const MOST_PARTS = 10_000;

export async function createMultipartUpload(request: S3Request): Promise<HttpResponse> {
  refuseAcl(request);
  const checksum = uploadChecksum(request);
  const uploadId = request.cloud.store.uploads.create(request.bucket, {
    key: request.key,
    initiated: request.cloud.now(),
    initiator: request.principal.arn,
    attributes: { object: readAttributes(request.headers), ...checksum },
  });
  return xmlResponse(
    document(
      element(
        `InitiateMultipartUploadResult xmlns="${S3_NAMESPACE}"`,
        field('Bucket', request.bucket),
        field('Key', request.key),
        field('UploadId', uploadId),
      ),
    ),
    checksum.algorithm === undefined
      ? {}
      : {
          'x-amz-checksum-algorithm': checksum.algorithm.toUpperCase(),
          'x-amz-checksum-type': checksum.type ?? 'COMPOSITE',
        },
  );
}

export async function uploadPart(request: S3Request): Promise<HttpResponse> {
  const upload = openUpload(request);
  const number = partNumber(request);
  const body = request.receiveBody();
  const blob = await request.cloud.store.blobs.write(body);
  const { size, md5, checksum } = body.facts();
  const kept = await keptChecksum(request, upload, blob, checksum);
  const etag = md5.toString('hex');
  await addPart(request, upload, { number, blob, size, etag, ...kept });
  return emptyResponse(200, { etag: `"${etag}"`, ...checksumHeadersOfPart(checksum) });
}

export async function abortMultipartUpload(request: S3Request): Promise<HttpResponse> {
  await request.cloud.store.uploads.remove(openUpload(request).id);
  return emptyResponse(204);
}

/** The upload the request names, where it belongs to the request's own key: a stolen id opens nothing elsewhere. */
export function openUpload(request: S3Request): Upload {
  const { uploads } = request.cloud.store;
  const upload = uploads.find(request.bucket, request.key, request.query.get('uploadId') ?? '');
  if (upload === undefined) throw noSuchUpload();
  if (uploads.isSealed(upload.id)) throw operationAborted();
  return upload;
}

export function partNumber(request: S3Request): number {
  const text = request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > MOST_PARTS) {
    throw invalidArgument(
      `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`,
      'partNumber',
      text,
    );
  }
  return number;
}

export async function addPart(
  request: S3Request,
  upload: Upload,
  part: {
    readonly number: number;
    readonly blob: string;
    readonly size: number;
    readonly etag: string;
    readonly checksum?: StoredChecksum;
  },
): Promise<void> {
  const { uploads } = request.cloud.store;
  const added = await uploads.addPart(upload.id, { ...part, modified: request.cloud.now() });
  if (!added) throw noSuchUpload();
}

/** A part's checksum is kept only where the upload was created for it; another algorithm, or none, is then refused. */
async function keptChecksum(
  request: S3Request,
  upload: Upload,
  blob: string,
  checksum: StoredChecksum | undefined,
): Promise<{ checksum?: StoredChecksum }> {
  const { algorithm } = upload.attributes;
  if (algorithm === undefined) return {};
  if (checksum?.algorithm === algorithm) return { checksum };
  await request.cloud.store.blobs.remove(blob);
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${checksum?.algorithm ?? 'null'}`,
  );
}

function uploadChecksum({ headers }: S3Request): Pick<UploadAttributes, 'algorithm' | 'type'> {
  const name = headers.get('x-amz-checksum-algorithm');
  const type = headers.get('x-amz-checksum-type')?.toUpperCase();
  if (name === undefined) {
    if (type !== undefined) {
      throw invalidRequest('x-amz-checksum-type needs x-amz-checksum-algorithm.');
    }
    return {};
  }
  const algorithm = parseAlgorithm(name);
  // A SHA of the whole can't be had from its parts, nor is a composite defined for CRC-64/NVME.
  const fitting =
    algorithm === 'crc64nvme'
      ? (['FULL_OBJECT'] as const)
      : algorithm.startsWith('sha')
        ? (['COMPOSITE'] as const)
        : (['COMPOSITE', 'FULL_OBJECT'] as const);
  const chosen = type === undefined ? fitting[0] : fitting.find((candidate) => candidate === type);
  if (chosen === undefined) {
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return { algorithm, type: chosen };
}

const checksumHeadersOfPart = (checksum: StoredChecksum | undefined): Record<string, string> =>
  checksum === undefined ? {} : { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value };
