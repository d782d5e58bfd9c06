import { type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field } from '../http/xml.ts';
import { listParameters, owner, pageLimit, S3_NAMESPACE } from './list-objects.ts';
import { openUpload } from './multipart-upload.ts';
import type { ContextFacts, S3Request } from './request.ts';

export const uploadListFacts = (request: S3Request): ContextFacts => [
  ['s3:prefix', request.query.get('prefix')],
  ['s3:delimiter', request.query.get('delimiter')],
];

/** Answers ListParts. */
export async function listParts(request: S3Request): Promise<HttpResponse> {
  const upload = openUpload(request);
  const marker = pageLimitOrZero(request.query.get('part-number-marker'));
  const limit = pageLimit(request.query.get('max-parts'), 'max-parts');
  const after = request.cloud.store.uploads.parts(upload.id).filter((part) => part.number > marker);
  const page = after.slice(0, limit);
  const truncated = after.length > page.length && limit > 0;
  return xmlResponse(
    document(
      element(
        `ListPartsResult xmlns="${S3_NAMESPACE}"`,
        field('Bucket', request.bucket),
        field('Key', request.key),
        field('UploadId', upload.id),
        initiator(upload.initiator),
        owner(),
        field('StorageClass', 'STANDARD'),
        field('PartNumberMarker', marker),
        truncated ? field('NextPartNumberMarker', page.at(-1)?.number ?? marker) : undefined,
        field('MaxParts', limit),
        field('IsTruncated', truncated),
        field('ChecksumAlgorithm', upload.attributes.algorithm?.toUpperCase()),
        field('ChecksumType', upload.attributes.type),
        ...page.map((part) =>
          element(
            'Part',
            field('PartNumber', part.number),
            field('LastModified', new Date(part.modified).toISOString()),
            field('ETag', `"${part.etag}"`),
            field('Size', part.size),
            part.checksum === undefined
              ? undefined
              : field(`Checksum${part.checksum.algorithm.toUpperCase()}`, part.checksum.value),
          ),
        ),
      ),
    ),
  );
}

/** Answers ListMultipartUploads. */
export async function listUploads(request: S3Request): Promise<HttpResponse> {
  const { prefix, delimiter, encode, encodingType, limit } = listParameters(request, 'max-uploads');
  const keyMarker = request.query.get('key-marker') ?? '';
  const idMarker = request.query.get('upload-id-marker') ?? '';
  const groups = new Set<string>();
  const rows = [];
  let skipping = keyMarker !== '';
  for (const upload of request.cloud.store.uploads.list(request.bucket, prefix)) {
    if (skipping) {
      const order = Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker));
      if (order < 0 || (order === 0 && (idMarker === '' || upload.id !== idMarker))) continue;
      skipping = false;
      if (order === 0) continue;
    }
    const cut = delimiter === undefined ? -1 : upload.key.indexOf(delimiter, prefix.length);
    if (cut >= 0 && delimiter !== undefined)
      groups.add(upload.key.slice(0, cut + delimiter.length));
    else rows.push(upload);
  }
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const truncated = rows.length > page.length && limit > 0;
  return xmlResponse(
    document(
      element(
        `ListMultipartUploadsResult xmlns="${S3_NAMESPACE}"`,
        field('Bucket', request.bucket),
        field('KeyMarker', encode(keyMarker)),
        field('UploadIdMarker', idMarker),
        truncated && last !== undefined ? field('NextKeyMarker', encode(last.key)) : undefined,
        truncated && last !== undefined ? field('NextUploadIdMarker', last.id) : undefined,
        field('Prefix', encode(prefix)),
        delimiter === undefined ? undefined : field('Delimiter', encode(delimiter)),
        field('MaxUploads', limit),
        field('EncodingType', encodingType),
        field('IsTruncated', truncated),
        ...page.map((upload) =>
          element(
            'Upload',
            field('Key', encode(upload.key)),
            field('UploadId', upload.id),
            initiator(upload.initiator),
            owner(),
            field('StorageClass', 'STANDARD'),
            field('Initiated', new Date(upload.initiated).toISOString()),
            field('ChecksumAlgorithm', upload.attributes.algorithm?.toUpperCase()),
            field('ChecksumType', upload.attributes.type),
          ),
        ),
        ...[...groups].map((group) => element('CommonPrefixes', field('Prefix', encode(group)))),
      ),
    ),
  );
}

const initiator = (arn: string) =>
  element('Initiator', field('ID', arn), field('DisplayName', arn.slice(arn.lastIndexOf('/') + 1)));

const pageLimitOrZero = (text: string | undefined) =>
  text === undefined || text === '' ? 0 : pageLimit(text, 'part-number-marker');
