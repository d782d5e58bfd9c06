/** A refusal as AWS words it: its code, its HTTP status, and extra elements or headers of the answer. */
export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly code: string;
  readonly status: number;
  /** Further XML elements of the error document, in order. */
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** True for a failure of the service itself (5xx), which the same request may survive later. */
  readonly retryable: boolean;

  constructor(
    code: string,
    status: number,
    message: string,
    extra: {
      readonly details?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, extra.cause === undefined ? {} : { cause: extra.cause });
    this.code = code;
    this.status = status;
    this.details = extra.details ?? {};
    this.headers = extra.headers ?? {};
    this.retryable = status >= 500 && status !== 501;
  }
}

export const accessDenied = (message = 'Access Denied') =>
  new CloudError('AccessDenied', 403, message);

export const invalidArgument = (message: string, name?: string, value?: string) =>
  new CloudError('InvalidArgument', 400, message, {
    details: {
      ...(name === undefined ? {} : { ArgumentName: name }),
      ...(value === undefined ? {} : { ArgumentValue: value }),
    },
  });

export const invalidRequest = (message: string) => new CloudError('InvalidRequest', 400, message);

export const notImplemented = (what: string) =>
  new CloudError('NotImplemented', 501, `${what} is not implemented by the local cloud.`);
