import { CloudError } from '../errors.ts';
import type { HttpResponse } from '../http/response.ts';
import { document, element, field } from '../http/xml.ts';

export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export const validationError = (message: string) => new CloudError('ValidationError', 400, message);

/** What STS calls a failure for which S3 has another name. */
const STS_NAMES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  InvalidAccessKeyId: ['InvalidClientTokenId', 403],
  InvalidToken: ['InvalidClientTokenId', 403],
  ExpiredToken: ['ExpiredToken', 403],
  RequestTimeTooSkewed: ['SignatureDoesNotMatch', 403],
  AuthorizationHeaderMalformed: ['SignatureDoesNotMatch', 403],
  InvalidArgument: ['IncompleteSignature', 400],
};

export function stsErrorResponse(error: CloudError, requestId: string): HttpResponse {
  const [code, status] = STS_NAMES[error.code] ?? [error.code, error.status];
  const body = document(
    element(
      `ErrorResponse xmlns="${STS_NAMESPACE}"`,
      element(
        'Error',
        field('Type', status >= 500 ? 'Receiver' : 'Sender'),
        field('Code', code),
        field('Message', error.message),
      ),
      field('RequestId', requestId),
    ),
  );
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
