import { z } from 'zod';
import { CloudError } from '../errors.ts';
import { readBoundedText } from '../http/bounded-text.ts';
import { emptyResponse, type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field, malformedXml, parseXml } from '../http/xml.ts';
import { findOrRefuse } from './get-object.ts';
import { OWNER_ID, owner, S3_NAMESPACE } from './list-objects.ts';
import type { S3Request } from './request.ts';

const BODY_LIMIT = 64 * 1024;
const INSTANCE_NAMESPACE = 'http://www.w3.org/2001/XMLSchema-instance';

const text = z.string().optional();
const policySchema = z.object({
  AccessControlPolicy: z.strictObject({
    Owner: z.object({ ID: text }).optional(),
    AccessControlList: z.union([
      z.literal(''),
      z.object({
        Grant: z.array(z.object({ Grantee: z.object({ ID: text }), Permission: z.string() })),
      }),
    ]),
    '#text': text,
  }),
});

/** Answers GET ?acl of a bucket or an object: the owner has full control, as of everything here. */
export async function getAcl(request: S3Request): Promise<HttpResponse> {
  if (request.key !== '') findOrRefuse(request, request.bucket, request.key);
  const grantee = `Grantee xmlns:xsi="${INSTANCE_NAMESPACE}" xsi:type="CanonicalUser"`;
  return xmlResponse(
    document(
      element(
        `AccessControlPolicy xmlns="${S3_NAMESPACE}"`,
        owner(),
        element(
          'AccessControlList',
          element('Grant', owner(grantee), field('Permission', 'FULL_CONTROL')),
        ),
      ),
    ),
  );
}

/** Answers PUT ?acl: the one ACL that everything has already is taken, any other is refused. */
export async function putAcl(request: S3Request): Promise<HttpResponse> {
  if (request.key !== '') findOrRefuse(request, request.bucket, request.key);
  refuseAcl(request);
  const body = await readBoundedText(request.receiveBody(), BODY_LIMIT);
  if (body !== '') {
    const parsed = policySchema.safeParse(parseXml(body));
    if (!parsed.success) throw malformedXml(parsed.error);
    const { AccessControlList: list } = parsed.data.AccessControlPolicy;
    const [grant, ...others] = list === '' ? [] : list.Grant;
    const ofOwner = grant?.Grantee.ID === OWNER_ID && grant.Permission === 'FULL_CONTROL';
    if (!ofOwner || others.length > 0) throw aclsNotSupported();
  }
  return emptyResponse(200);
}

/** As with bucket owner enforced, AWS's default: the two ACLs that change nothing are taken, any other is refused. */
export function refuseAcl(request: S3Request): void {
  const acl = request.headers.get('x-amz-acl');
  const grants = request.headers.names().some((name) => name.startsWith('x-amz-grant-'));
  if (grants || (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control')) {
    throw aclsNotSupported();
  }
}

const aclsNotSupported = () =>
  new CloudError('AccessControlListNotSupported', 400, 'The bucket does not allow ACLs');
