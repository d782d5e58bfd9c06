import { isIPv4 } from 'node:net';

const SHAPE = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** Whether a text is a bucket's name by Amazon S3's rules for general purpose buckets. */
export function isBucketName(text: string): boolean {
  return (
    SHAPE.test(text) &&
    !text.includes('..') &&
    !isIPv4(text) &&
    !RESERVED_PREFIXES.some((prefix) => text.startsWith(prefix)) &&
    !RESERVED_SUFFIXES.some((suffix) => text.endsWith(suffix))
  );
}
