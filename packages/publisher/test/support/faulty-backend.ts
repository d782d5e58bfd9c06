import {
  type ByteSource,
  type Capabilities,
  type GetOptions,
  type ListOptions,
  type ObjectContent,
  type ObjectInfo,
  type ObjectKey,
  type PutOptions,
  type Receipt,
  type StorageBackend,
  StorageError,
  type Write,
} from '@data-universe/storage-core';

export type Fault = (call: { operation: string; key: string; put: number }) => Error | undefined;

/** Another backend, whose calls a test can make fail before they arrive or after. */
export class FaultyBackend implements StorageBackend {
  readonly name = 'faulty';
  readonly capabilities: Capabilities;
  readonly inner: StorageBackend;
  /** The call fails and nothing happens. */
  before: Fault | undefined;
  /** The call does its work, and its answer is lost. */
  after: Fault | undefined;
  /** Keys put, in order. */
  readonly puts: string[] = [];
  receiptOf = (receipt: Receipt): Receipt => receipt;

  constructor(inner: StorageBackend, capabilities: Partial<Capabilities> = {}) {
    this.inner = inner;
    this.capabilities = { ...inner.capabilities, atomicCommit: false, ...capabilities };
  }

  #fail(fault: Fault | undefined, operation: string, key: string): void {
    const error = fault?.({ operation, key, put: this.puts.length });
    if (error) throw error;
  }

  async put(key: ObjectKey, source: ByteSource, options: PutOptions): Promise<Receipt> {
    this.puts.push(key);
    this.#fail(this.before, 'put', key);
    const receipt = await this.inner.put(key, source, options);
    this.#fail(this.after, 'put', key);
    return this.receiptOf(this.#hidden(receipt, { keepSha256: true }));
  }

  async get(key: ObjectKey, options?: GetOptions): Promise<ObjectContent> {
    this.#fail(this.before, 'get', key);
    const content = await this.inner.get(key, options);
    return { ...content, info: this.#hidden(content.info) };
  }

  async head(key: ObjectKey, options?: { signal?: AbortSignal | undefined }): Promise<ObjectInfo> {
    this.#fail(this.before, 'head', key);
    return this.#hidden(await this.inner.head(key, options));
  }

  list(prefix: Parameters<StorageBackend['list']>[0], options?: ListOptions) {
    this.#fail(this.before, 'list', prefix);
    return this.inner.list(prefix, options);
  }

  async commit(
    writes: readonly Write[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<readonly Receipt[]> {
    for (const { key } of writes) this.puts.push(key);
    this.#fail(this.before, 'commit', writes[0]?.key ?? '');
    const receipts = await this.inner.commit(writes, options);
    this.#fail(this.after, 'commit', writes[0]?.key ?? '');
    return receipts;
  }

  #hidden<T extends ObjectInfo>(info: T, { keepSha256 = false } = {}): T {
    if (this.capabilities.reportsSha256 || keepSha256) return info;
    const { sha256: _, ...rest } = info;
    return rest as T;
  }
}

export function unavailable(
  operation: 'put' | 'get' | 'commit' | 'head' = 'put',
  code: 'Unavailable' | 'PermissionDenied' = 'Unavailable',
): StorageError {
  return new StorageError({ code, operation, message: 'the store is down' });
}
