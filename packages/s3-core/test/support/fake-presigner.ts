import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth';
import { type PresignedBackendOptions, type Presigner, S3Backend } from '../../src/index.ts';

/** A presigner whose signatures are none; keeps what it was asked. */
export class FakePresigner implements Presigner {
  readonly asked: StoreOperation[] = [];
  readonly likely: StoreOperation[] = [];
  readonly forgotten: StoreOperation[] = [];
  closed = false;
  /** Milliseconds since 1970 of the next signatures. */
  signedAt = Date.now();
  createOnly = true;
  readonly #endpoint: string;
  readonly #bend: (request: PresignedRequest) => PresignedRequest;

  constructor(endpoint: string, bend = (request: PresignedRequest) => request) {
    this.#endpoint = endpoint;
    this.#bend = bend;
  }

  async request(
    operation: StoreOperation,
    likely: readonly StoreOperation[] = [],
  ): Promise<PresignedRequest> {
    this.asked.push(operation);
    this.likely.push(...likely);
    return this.#bend(this.#signed(operation));
  }

  forget(operation: StoreOperation): void {
    this.forgotten.push(operation);
  }

  close(): void {
    this.closed = true;
  }

  #signed(operation: StoreOperation): PresignedRequest {
    const headers = operation.op === 'put' ? this.#putHeaders(operation) : {};
    const path = operation.op === 'list' ? '' : `/${operation.key}`;
    const url = new URL(`/bucket${path}`, this.#endpoint);
    if (operation.op === 'list') {
      const { prefix, start_after: startAfter, max_keys: maxKeys } = operation;
      const query = { 'list-type': '2', 'encoding-type': 'url', prefix };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      if (startAfter !== undefined) url.searchParams.set('start-after', startAfter);
      if (maxKeys !== undefined) url.searchParams.set('max-keys', String(maxKeys));
    }
    const date = new Date(this.signedAt).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const signature = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKID/20260101/us-east-1/s3/aws4_request',
      'X-Amz-Date': date,
      'X-Amz-Expires': '300',
      'X-Amz-SignedHeaders': ['host', ...Object.keys(headers)].sort().join(';'),
      'X-Amz-Signature': '0123456789abcdef',
    };
    for (const [name, value] of Object.entries(signature)) url.searchParams.set(name, value);
    const method = { put: 'PUT', get: 'GET', head: 'HEAD', list: 'GET' } as const;
    return { method: method[operation.op], url: url.href, headers };
  }

  #putHeaders({ size, sha256 }: Extract<StoreOperation, { op: 'put' }>): Record<string, string> {
    return {
      'content-length': String(size),
      'x-amz-content-sha256': sha256,
      'x-amz-meta-sha256': sha256,
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      ...(this.createOnly && { 'if-none-match': '*' }),
    };
  }
}

export function presignedBackendAt(
  endpoint: string,
  presigner: Presigner,
  options: Partial<PresignedBackendOptions> = {},
): S3Backend {
  return new S3Backend({
    bucket: 'bucket',
    region: 'us-east-1',
    endpoint,
    presigner,
    maxAttempts: 3,
    ...options,
  });
}
