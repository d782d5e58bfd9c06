import { type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element } from '../http/xml.ts';
import { findOrRefuse } from './get-object.ts';
import { S3_NAMESPACE } from './list-objects.ts';
import type { S3Request } from './request.ts';

/** Answers GET ?tagging of an object: none, since a write with tags is refused. Clients ask before they copy. */
export async function getObjectTagging(request: S3Request): Promise<HttpResponse> {
  findOrRefuse(request, request.bucket, request.key);
  return xmlResponse(document(element(`Tagging xmlns="${S3_NAMESPACE}"`, element('TagSet'))));
}
