import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CloudError, invalidRequest } from '../errors.ts';
import { readBoundedText } from '../http/bounded-text.ts';
import { type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field, malformedXml, parseXml } from '../http/xml.ts';
import { CHECKSUM_ALGORITHMS, type StoredChecksum } from '../store/attributes.ts';
import type { BlobStore } from '../store/blobs.ts';
import { MOST_PIECES } from '../store/joined-blobs.ts';
import type { Part, Upload } from '../store/upload-store.ts';
import { createHasher, type Hasher } from './checksum-hasher.ts';
import { operationAborted } from './errors.ts';
import { S3_NAMESPACE } from './list-objects.ts';
import { openUpload } from './multipart-upload.ts';
import { writePreconditions } from './preconditions.ts';
import type { S3Request } from './request.ts';

const BODY_LIMIT = 4 * 1024 * 1024;
const SMALLEST_PART = 5 * 1024 * 1024;

const checksumField = z.string().optional();
const completeSchema = z.object({
  CompleteMultipartUpload: z.strictObject({
    Part: z
      .array(
        z.strictObject({
          PartNumber: z.string().regex(/^\d{1,5}$/),
          ETag: z.string(),
          ChecksumCRC32: checksumField,
          ChecksumCRC32C: checksumField,
          ChecksumCRC64NVME: checksumField,
          ChecksumSHA1: checksumField,
          ChecksumSHA256: checksumField,
          '#text': z.string().optional(),
        }),
      )
      .min(1)
      .max(10_000),
    '#text': z.string().optional(),
  }),
});

type ListedPart = z.infer<typeof completeSchema>['CompleteMultipartUpload']['Part'][number];

/** Answers CompleteMultipartUpload: checks the parts the client lists, joins them, and commits the object at once. */
export async function completeMultipartUpload(request: S3Request): Promise<HttpResponse> {
  const { store, now } = request.cloud;
  const conditions = writePreconditions(request.headers);
  const text = await readBoundedText(request.receiveBody({ checksum: false }), BODY_LIMIT);
  const parsed = completeSchema.safeParse(parseXml(text));
  if (!parsed.success) throw malformedXml(parsed.error);
  const upload = openUpload(request);

  const done = await store.uploads.whileSealed(upload.id, async () => {
    const parts = chosenParts(
      upload,
      store.uploads.parts(upload.id),
      parsed.data.CompleteMultipartUpload.Part,
    );
    checkSize(request, parts);
    conditions.atStart(store.find(request.bucket, request.key));
    const { algorithm, type } = upload.attributes;
    const hasher =
      algorithm !== undefined && type === 'FULL_OBJECT' ? createHasher(algorithm) : undefined;
    const composite = compositeChecksum(upload, parts);
    if (composite !== undefined) checkObjectChecksum(request, composite);
    // A checksum of the whole, or too many files to hold open: only then are the bytes read and copied.
    const copied = hasher !== undefined || parts.length > MOST_PIECES;
    const blob = copied
      ? await store.blobs.write(joined(store.blobs, parts, hasher))
      : randomUUID();
    const checksum: StoredChecksum | undefined =
      algorithm !== undefined && hasher !== undefined
        ? { algorithm, value: hasher.digest().toString('base64'), type: 'FULL_OBJECT' }
        : composite;
    const etag = `${md5OfDigests(parts)}-${parts.length}`;
    await store.commit(
      request.bucket,
      {
        key: request.key,
        blob,
        size: parts.reduce((sum, part) => sum + part.size, 0),
        etag,
        modified: now(),
        attributes: {
          ...upload.attributes.object,
          ...(checksum === undefined ? {} : { checksum }),
        },
      },
      (current) => {
        if (checksum !== undefined) checkObjectChecksum(request, checksum);
        conditions.atCommit(current);
      },
      { uploadId: upload.id, pieces: copied ? undefined : parts },
    );
    return { etag, checksum };
  });
  if (done === undefined) throw operationAborted();
  return xmlResponse(
    document(
      element(
        `CompleteMultipartUploadResult xmlns="${S3_NAMESPACE}"`,
        field('Location', `/${request.bucket}/${request.key}`),
        field('Bucket', request.bucket),
        field('Key', request.key),
        field('ETag', `"${done.etag}"`),
        ...(done.checksum === undefined
          ? []
          : [
              field(`Checksum${done.checksum.algorithm.toUpperCase()}`, done.checksum.value),
              field('ChecksumType', done.checksum.type),
            ]),
      ),
    ),
  );
}

function chosenParts(
  upload: Upload,
  uploaded: readonly Part[],
  listed: readonly ListedPart[],
): Part[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const numbers = listed.map((entry) => Number(entry.PartNumber));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new CloudError(
      'InvalidPartOrder',
      400,
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return listed.map((entry, index) => {
    const number = Number(entry.PartNumber);
    const part = byNumber.get(number);
    if (part === undefined || entry.ETag.replaceAll('"', '') !== part.etag) {
      throw invalidPart(number);
    }
    checkPartChecksum(upload, part, entry);
    if (part.size < SMALLEST_PART && index < listed.length - 1) {
      throw new CloudError(
        'EntityTooSmall',
        400,
        'Your proposed upload is smaller than the minimum allowed size',
        {
          details: {
            PartNumber: String(number),
            ProposedSize: String(part.size),
            MinSizeAllowed: String(SMALLEST_PART),
          },
        },
      );
    }
    return part;
  });
}

function checkPartChecksum(upload: Upload, part: Part, entry: ListedPart): void {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = `Checksum${algorithm.toUpperCase()}` as keyof ListedPart;
    const given = entry[name];
    if (given !== undefined) {
      const known = part.checksum?.algorithm === algorithm ? part.checksum.value : undefined;
      if (upload.attributes.algorithm !== undefined && given !== known) {
        throw invalidPart(part.number);
      }
    } else if (
      upload.attributes.algorithm === algorithm &&
      upload.attributes.type === 'COMPOSITE'
    ) {
      throw invalidRequest(
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
      );
    }
  }
}

function checkSize(request: S3Request, parts: readonly Part[]): void {
  const given = request.headers.get('x-amz-mp-object-size');
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (given !== undefined && given !== String(size)) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${given} does not match what was computed: ${size}`,
    );
  }
}

/** x-amz-checksum-* of this request speaks of the finished object. */
function checkObjectChecksum(request: S3Request, checksum: StoredChecksum): void {
  const given = request.headers.get(`x-amz-checksum-${checksum.algorithm}`);
  if (given === undefined || given === checksum.value) return;
  throw new CloudError(
    'BadDigest',
    400,
    `The ${checksum.algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
  );
}

function compositeChecksum(upload: Upload, parts: readonly Part[]): StoredChecksum | undefined {
  const { algorithm, type } = upload.attributes;
  if (algorithm === undefined || type !== 'COMPOSITE') return undefined;
  const hasher = createHasher(algorithm);
  for (const part of parts) hasher.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
  return { algorithm, value: `${hasher.digest().toString('base64')}-${parts.length}`, type };
}

function md5OfDigests(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return hash.digest('hex');
}

async function* joined(
  blobs: BlobStore,
  parts: readonly Part[],
  hasher: Hasher | undefined,
): AsyncGenerator<Buffer> {
  for (const part of parts) {
    for await (const piece of await blobs.read(part.blob, 0, part.size)) {
      hasher?.update(piece);
      yield piece;
    }
  }
}

const invalidPart = (number: number) =>
  new CloudError(
    'InvalidPart',
    400,
    'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part’s entity tag.',
    { details: { PartNumber: String(number) } },
  );
