import { z } from 'zod';
import { CloudError, invalidRequest } from '../errors.ts';
import { readBoundedText } from '../http/bounded-text.ts';
import { emptyResponse, type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field, malformedXml, parseXml } from '../http/xml.ts';
import { assertKeyLength } from './address.ts';
import { S3_NAMESPACE } from './list-objects.ts';
import { preconditionFailed } from './preconditions.ts';
import { mayDo, type S3Request } from './request.ts';

const BODY_LIMIT = 2 * 1024 * 1024;

const deleteSchema = z.object({
  Delete: z.strictObject({
    Quiet: z.enum(['true', 'false']).optional(),
    Object: z
      .array(z.strictObject({ Key: z.string().min(1), VersionId: z.string().optional() }))
      .min(1)
      .max(1000),
    '#text': z.string().optional(),
  }),
});

export async function deleteObject(request: S3Request): Promise<HttpResponse> {
  const ifMatch = request.headers.get('if-match');
  await request.cloud.store.delete(request.bucket, request.key, (current) => {
    if (ifMatch === undefined || current === undefined) return;
    if (ifMatch !== '*' && ifMatch.replaceAll('"', '') !== current.etag) {
      throw preconditionFailed('If-Match');
    }
  });
  return emptyResponse(204);
}

/** Answers POST ?delete: each key is authorised by itself, and a refusal is one entry of the result. */
export async function deleteObjects(request: S3Request): Promise<HttpResponse> {
  const body = request.receiveBody();
  const parsed = deleteSchema.safeParse(parseXml(await readBoundedText(body, BODY_LIMIT)));
  if (!parsed.success) throw malformedXml(parsed.error);
  if (request.headers.get('content-md5') === undefined && body.facts().checksum === undefined) {
    throw invalidRequest('Missing required header for this request: Content-MD5');
  }
  const quiet = parsed.data.Delete.Quiet === 'true';
  const results: Array<string | undefined> = [];
  for (const { Key: key, VersionId: version } of parsed.data.Delete.Object) {
    const error = await tryDelete(request, key, version);
    results.push(
      error === undefined
        ? quiet
          ? undefined
          : element('Deleted', field('Key', key))
        : element(
            'Error',
            field('Key', key),
            field('Code', error.code),
            field('Message', error.message),
          ),
    );
  }
  return xmlResponse(document(element(`DeleteResult xmlns="${S3_NAMESPACE}"`, ...results)));
}

async function tryDelete(
  request: S3Request,
  key: string,
  version: string | undefined,
): Promise<CloudError | undefined> {
  try {
    assertKeyLength(key);
    if (
      !mayDo(
        request,
        version === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
        request.bucket,
        key,
      )
    ) {
      return new CloudError('AccessDenied', 403, 'Access Denied');
    }
    if (version !== undefined && version !== 'null') {
      return new CloudError('NoSuchVersion', 404, 'The specified version does not exist.');
    }
    await request.cloud.store.delete(request.bucket, key);
    return undefined;
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}
