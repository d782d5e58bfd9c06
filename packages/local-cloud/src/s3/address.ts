import { CloudError } from '../errors.ts';

const KEY_LIMIT = 1024;

/** Bucket and key of a decoded path, `/bucket/key`. The key is text and no path: nothing in it is resolved. */
export function parseAddress(path: string): { bucket: string; key: string } {
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  if (bucket === '' && key !== '') throw invalidBucketName(bucket);
  assertKeyLength(key);
  return { bucket, key };
}

export function assertKeyLength(key: string): void {
  const size = Buffer.byteLength(key, 'utf8');
  if (size <= KEY_LIMIT) return;
  throw new CloudError('KeyTooLongError', 400, 'Your key is too long', {
    details: { Size: String(size), MaxSizeAllowed: String(KEY_LIMIT) },
  });
}

export const invalidBucketName = (name: string) =>
  new CloudError('InvalidBucketName', 400, 'The specified bucket is not valid.', {
    details: { BucketName: name },
  });
