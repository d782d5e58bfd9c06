import type { Cloud } from '../cloud.ts';
import { ACCOUNT, REGION } from '../config.ts';
import { findCredential } from '../credentials.ts';
import { accessDenied, CloudError } from '../errors.ts';
import { readBoundedText } from '../http/bounded-text.ts';
import { QueryParameters } from '../http/query.ts';
import type { HttpRequest } from '../http/request.ts';
import { type HttpResponse, xmlResponse } from '../http/response.ts';
import { document, element, field, type XmlNode } from '../http/xml.ts';
import type { Principal } from '../iam/principal.ts';
import { sha256Hex } from '../sigv4/canonical-request.ts';
import { isPresigned } from '../sigv4/presigned.ts';
import { verifySignature } from '../sigv4/verify.ts';
import { assumeRole } from './assume-role.ts';
import { STS_NAMESPACE } from './errors.ts';

const BODY_LIMIT = 64 * 1024;

/** S3 has no POST on `/`, so on one port that is how STS is told apart. */
export const isStsRequest = (request: HttpRequest) =>
  request.path === '/' && request.method === 'POST';

/** Serves the STS query protocol: AssumeRole and GetCallerIdentity, as a signed form. */
export async function handleSts(cloud: Cloud, request: HttpRequest): Promise<HttpResponse> {
  // A presigned URL leaves the body unsigned, and here the body is the whole request.
  if (isPresigned(request.query))
    throw accessDenied('STS takes a signed POST, not a presigned URL.');
  const body = await readBoundedText(request.body, BODY_LIMIT);
  const { principal } = verifySignature(request, {
    region: REGION,
    service: 'sts',
    now: cloud.now(),
    payloadHash: sha256Hex(body),
    lookup: (accessKeyId, token) =>
      findCredential(cloud.account, cloud.keys, cloud.now(), accessKeyId, token),
  });
  const form = QueryParameters.parse(body);
  const action = form.get('Action');
  const result = perform(cloud, principal, action, form);
  return xmlResponse(
    document(
      element(
        `${action}Response xmlns="${STS_NAMESPACE}"`,
        result,
        element('ResponseMetadata', field('RequestId', request.id)),
      ),
    ),
    { 'content-type': 'text/xml' },
  );
}

function perform(
  cloud: Cloud,
  caller: Principal,
  action: string | undefined,
  form: QueryParameters,
): XmlNode {
  if (action === 'AssumeRole') return assumeRole(cloud, caller, form);
  if (action === 'GetCallerIdentity') {
    return element(
      'GetCallerIdentityResult',
      field('Arn', caller.arn),
      field('UserId', caller.userId),
      field('Account', ACCOUNT),
    );
  }
  throw new CloudError('InvalidAction', 400, `Could not find operation ${action ?? '(none)'}.`);
}
