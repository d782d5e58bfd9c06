import { CloudError } from '../errors.ts';
import type { HttpResponse } from '../http/response.ts';
import { document, element, field } from '../http/xml.ts';

export const noSuchKey = () =>
  new CloudError('NoSuchKey', 404, 'The specified key does not exist.');
export const noSuchBucket = () =>
  new CloudError('NoSuchBucket', 404, 'The specified bucket does not exist');
export const noSuchUpload = () =>
  new CloudError(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  );

export const operationAborted = () =>
  new CloudError(
    'OperationAborted',
    409,
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
  );

/** The XML error of S3. `resource` is the path that was asked for. */
export function s3ErrorResponse(
  error: CloudError,
  request: { readonly id: string; readonly resource: string },
): HttpResponse {
  const body = document(
    element(
      'Error',
      field('Code', error.code),
      field('Message', error.message),
      ...Object.entries(error.details).map(([name, value]) => field(name, value)),
      field('Resource', request.resource),
      field('RequestId', request.id),
      field('HostId', request.id),
    ),
  );
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...error.headers },
    body,
  };
}
