import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Makes clients that do as they are told, once, and closes them together. */
export class Clients {
  readonly #place: { readonly endpoint: string; readonly region: string };
  readonly #open: S3Client[] = [];

  constructor(place: { readonly endpoint: string; readonly region: string }) {
    this.#place = place;
  }

  s3({ accessKeyId, secretAccessKey, sessionToken }: Keys, config: S3ClientConfig = {}): S3Client {
    const { endpoint, region } = this.#place;
    const client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      forcePathStyle: true,
      maxAttempts: 1,
      logger: SILENT,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      ...config,
    });
    this.#open.push(client);
    return client;
  }

  close(): void {
    for (const client of this.#open) client.destroy();
  }
}
