import { invalidArgument } from '../errors.ts';
import { type HttpResponse, xmlResponse } from '../http/response.ts';
import { uriEncode } from '../http/uri-encoding.ts';
import { document, element, field, type XmlNode } from '../http/xml.ts';
import type { StoredObject } from '../store/object-store.ts';
import type { ContextFacts, S3Request } from './request.ts';

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const LARGEST_PAGE = 1000;

/** What a policy may test of a listing. A parameter that was not sent is absent, not empty. */
export const listFacts = (request: S3Request): ContextFacts => [
  ['s3:prefix', request.query.get('prefix')],
  ['s3:delimiter', request.query.get('delimiter')],
  ['s3:max-keys', request.query.get('max-keys')],
];

/** Answers ListObjectsV2 (list-type=2) and the older ListObjects. */
export async function listObjects(request: S3Request): Promise<HttpResponse> {
  return request.query.get('list-type') === '2' ? listV2(request) : listV1(request);
}

function listV2(request: S3Request): HttpResponse {
  const { query } = request;
  const { prefix, delimiter, encode, limit, encodingType } = listParameters(request);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const page = listPage(request, limit, token === undefined ? startAfter : decodeToken(token));
  const withOwner = query.get('fetch-owner') === 'true';
  return xmlResponse(
    document(
      element(
        `ListBucketResult xmlns="${S3_NAMESPACE}"`,
        field('Name', request.bucket),
        field('Prefix', encode(prefix)),
        delimiter === undefined ? undefined : field('Delimiter', encode(delimiter)),
        field('MaxKeys', limit),
        field('EncodingType', encodingType),
        field('KeyCount', page.items.length + page.prefixes.length),
        field('IsTruncated', page.next !== undefined),
        field('ContinuationToken', token),
        page.next === undefined
          ? undefined
          : field('NextContinuationToken', encodeToken(page.next)),
        startAfter === undefined ? undefined : field('StartAfter', encode(startAfter)),
        ...page.items.map((object) => contents(object, encode, withOwner)),
        ...page.prefixes.map((group) => element('CommonPrefixes', field('Prefix', encode(group)))),
      ),
    ),
  );
}

function listV1(request: S3Request): HttpResponse {
  const { prefix, delimiter, encode, limit, encodingType } = listParameters(request);
  const marker = request.query.get('marker') ?? '';
  const page = listPage(request, limit, marker);
  return xmlResponse(
    document(
      element(
        `ListBucketResult xmlns="${S3_NAMESPACE}"`,
        field('Name', request.bucket),
        field('Prefix', encode(prefix)),
        field('Marker', encode(marker)),
        delimiter === undefined ? undefined : field('Delimiter', encode(delimiter)),
        field('MaxKeys', limit),
        field('EncodingType', encodingType),
        field('IsTruncated', page.next !== undefined),
        // Without a delimiter a client goes on from the last key.
        page.next === undefined || delimiter === undefined
          ? undefined
          : field('NextMarker', encode(page.next)),
        ...page.items.map((object) => contents(object, encode, true)),
        ...page.prefixes.map((group) => element('CommonPrefixes', field('Prefix', encode(group)))),
      ),
    ),
  );
}

function listPage(request: S3Request, limit: number, after: string | undefined) {
  const { prefix, delimiter } = listParameters(request);
  if (limit === 0) return { items: [], prefixes: [] };
  return request.cloud.store.list(request.bucket, {
    prefix,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(after === undefined ? {} : { after }),
    limit,
  });
}

/** The parameters that all listings share. */
export function listParameters({ query }: S3Request, limitName = 'max-keys') {
  const encodingType = query.get('encoding-type');
  if (encodingType !== undefined && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') || undefined,
    encodingType,
    encode: (text: string) => (encodingType === undefined ? text : uriEncode(text, true)),
    limit: pageLimit(query.get(limitName), limitName),
  };
}

export function pageLimit(text: string | undefined, name: string): number {
  if (text === undefined || text === '') return LARGEST_PAGE;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0x7fffffff) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  return Math.min(Number(text), LARGEST_PAGE);
}

function contents(
  object: StoredObject,
  encode: (text: string) => string,
  withOwner: boolean,
): XmlNode {
  const { checksum } = object.attributes;
  return element(
    'Contents',
    field('Key', encode(object.key)),
    field('LastModified', new Date(object.modified).toISOString()),
    field('ETag', `"${object.etag}"`),
    field('ChecksumAlgorithm', checksum?.algorithm.toUpperCase()),
    field('ChecksumType', checksum?.type),
    field('Size', object.size),
    withOwner ? owner() : undefined,
    field('StorageClass', 'STANDARD'),
  );
}

export const OWNER_ID = '0'.repeat(64);

/** With bucket owner enforced, everything belongs to the account. */
export const owner = (name = 'Owner') =>
  element(name, field('ID', OWNER_ID), field('DisplayName', 'local-cloud'));

const encodeToken = (after: string) => Buffer.from(`1${after}`, 'utf8').toString('base64url');

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('1') || encodeToken(text.slice(1)) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token');
  }
  return text.slice(1);
}
