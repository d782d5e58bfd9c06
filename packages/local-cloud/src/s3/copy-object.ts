import { createHash } from 'node:crypto';
import { CloudError, invalidArgument, invalidRequest } from '../errors.ts';
import { type HttpResponse, xmlResponse } from '../http/response.ts';
import { uriDecode } from '../http/uri-encoding.ts';
import { document, element, field } from '../http/xml.ts';
import type { ChecksumAlgorithm, StoredChecksum } from '../store/attributes.ts';
import type { StoredObject } from '../store/object-store.ts';
import { refuseAcl } from './acl.ts';
import { parseAddress } from './address.ts';
import { createHasher } from './checksum-hasher.ts';
import { parseAlgorithm } from './expected-checksum.ts';
import { findOrRefuse } from './get-object.ts';
import { S3_NAMESPACE } from './list-objects.ts';
import { addPart, openUpload, partNumber } from './multipart-upload.ts';
import { readAttributes } from './object-headers.ts';
import { preconditionFailed, readPrecondition, writePreconditions } from './preconditions.ts';
import { demand, type S3Request } from './request.ts';

const LARGEST_COPY = 5 * 1024 ** 3;

/** Answers CopyObject. The source needs s3:GetObject of its own, besides s3:PutObject on the target. */
export async function copyObject(request: S3Request): Promise<HttpResponse> {
  const { store, now } = request.cloud;
  const { headers } = request;
  const conditions = writePreconditions(headers);
  refuseAcl(request);
  const { bucket, key, object } = copySource(request);
  const directive = (headers.get('x-amz-metadata-directive') ?? 'COPY').toUpperCase();
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', directive);
  }
  if (directive === 'COPY' && bucket === request.bucket && key === request.key) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  conditions.atStart(store.find(request.bucket, request.key));
  const wanted = headers.get('x-amz-checksum-algorithm');
  const algorithm =
    wanted === undefined ? object.attributes.checksum?.algorithm : parseAlgorithm(wanted);
  const copy = await copyBytes(request, object, 0, object.size, algorithm);
  const attributes = directive === 'COPY' ? object.attributes : readAttributes(headers);
  const modified = now();
  await store.commit(
    request.bucket,
    {
      key: request.key,
      blob: copy.blob,
      size: object.size,
      etag: copy.etag,
      modified,
      attributes: {
        headers: attributes.headers,
        metadata: attributes.metadata,
        ...(copy.checksum === undefined ? {} : { checksum: copy.checksum }),
      },
    },
    conditions.atCommit,
  );
  return copyResponse('CopyObjectResult', modified, copy);
}

/** Answers UploadPartCopy, with x-amz-copy-source-range or of the whole source. */
export async function uploadPartCopy(request: S3Request): Promise<HttpResponse> {
  const upload = openUpload(request);
  const number = partNumber(request);
  const { object } = copySource(request);
  const [start, endExclusive] = sourceRange(request, object);
  const copy = await copyBytes(request, object, start, endExclusive, upload.attributes.algorithm);
  await addPart(request, upload, {
    number,
    blob: copy.blob,
    size: endExclusive - start,
    etag: copy.etag,
    ...(copy.checksum === undefined ? {} : { checksum: copy.checksum }),
  });
  return copyResponse('CopyPartResult', request.cloud.now(), copy);
}

function copySource(request: S3Request): { bucket: string; key: string; object: StoredObject } {
  const text = request.headers.get('x-amz-copy-source') ?? '';
  const [encoded = '', version] = text.split('?versionId=', 2);
  const path = uriDecode(encoded);
  const { bucket, key } = parseAddress(path.startsWith('/') ? path : `/${path}`);
  if (bucket === '' || key === '') {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
    );
  }
  demand(request, version === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key);
  if (version !== undefined && version !== 'null') {
    throw new CloudError('NoSuchVersion', 404, 'The specified version does not exist.');
  }
  const object = findOrRefuse(request, bucket, key);
  if (readPrecondition(request.headers, object, 'x-amz-copy-source-') === 'not-modified') {
    throw preconditionFailed('x-amz-copy-source-If-None-Match');
  }
  if (object.size > LARGEST_COPY) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${LARGEST_COPY}`,
    );
  }
  return { bucket, key, object };
}

function sourceRange(request: S3Request, object: StoredObject): [number, number] {
  const header = request.headers.get('x-amz-copy-source-range');
  if (header === undefined) return [0, object.size];
  const match = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header);
  const start = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || last < start || last >= object.size) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  return [start, last + 1];
}

interface Copied {
  readonly blob: string;
  readonly etag: string;
  readonly checksum?: StoredChecksum;
}

async function copyBytes(
  request: S3Request,
  object: StoredObject,
  start: number,
  endExclusive: number,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Copied> {
  const { store } = request.cloud;
  const md5 = createHash('md5');
  const hasher = algorithm === undefined ? undefined : createHasher(algorithm);
  const source = await store.read(object, start, endExclusive);
  const hashed = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      md5.update(piece);
      hasher?.update(piece);
      yield piece;
    }
  };
  const blob = await store.blobs.write(hashed());
  return {
    blob,
    etag: md5.digest('hex'),
    ...(algorithm === undefined || hasher === undefined
      ? {}
      : {
          checksum: { algorithm, value: hasher.digest().toString('base64'), type: 'FULL_OBJECT' },
        }),
  };
}

function copyResponse(name: string, modified: number, copy: Copied): HttpResponse {
  return xmlResponse(
    document(
      element(
        `${name} xmlns="${S3_NAMESPACE}"`,
        field('LastModified', new Date(modified).toISOString()),
        field('ETag', `"${copy.etag}"`),
        copy.checksum === undefined
          ? undefined
          : field(`Checksum${copy.checksum.algorithm.toUpperCase()}`, copy.checksum.value),
      ),
    ),
  );
}
