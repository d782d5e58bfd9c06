import { validateHeaderName, validateHeaderValue } from 'node:http';
import { CloudError, invalidArgument } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';
import type { ObjectAttributes, StoredChecksum } from '../store/attributes.ts';
import type { StoredObject } from '../store/object-store.ts';

const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const METADATA = 'x-amz-meta-';
const METADATA_LIMIT = 2048;

/** The headers and user metadata a client gives an object. Throws MetadataTooLarge over 2 KB. */
export function readAttributes(headers: RequestHeaders): ObjectAttributes {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers.get(name);
    if (value !== undefined) kept[name] = asHeaderValue(name, value);
  }
  // aws-chunked describes the transfer, not the object.
  const encoding = kept['content-encoding']
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',');
  if (encoding) kept['content-encoding'] = encoding;
  else delete kept['content-encoding'];

  const metadata: Record<string, string> = {};
  for (const name of headers.names().filter((candidate) => candidate.startsWith(METADATA))) {
    metadata[name.slice(METADATA.length)] = asHeaderValue(name, headers.all(name).join(','));
  }
  const size = Object.entries(metadata).reduce((sum, [k, v]) => sum + k.length + v.length, 0);
  if (size > METADATA_LIMIT) {
    throw new CloudError(
      'MetadataTooLarge',
      400,
      'Your metadata headers exceed the maximum allowed metadata size',
      { details: { Size: String(size), MaxSizeAllowed: String(METADATA_LIMIT) } },
    );
  }
  return { headers: kept, metadata };
}

/** What comes decoded from a query may hold a line feed, which must never reach an answer's header. */
export function asHeaderValue(name: string, value: string): string {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return value;
  } catch {
    throw invalidArgument(`The value of ${name} is no header value.`, name);
  }
}

/** The headers of a GET or HEAD, without its length and range. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  const { headers, metadata } = object.attributes;
  return {
    'content-type': 'binary/octet-stream',
    ...headers,
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`${METADATA}${name}`, value]),
    ),
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
  };
}

export function checksumHeaders(checksum: StoredChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}
