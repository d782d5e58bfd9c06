import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import {
  type CallContext,
  failure,
  isSha256,
  isStorageError,
  type ObjectInfo,
  type ObjectKey,
  type Sha256,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { s3StatusOf } from './s3-failure.ts';

/** The name of the object metadata that holds the SHA-256 of the whole object, as hex. */
export const SHA256_METADATA = 'sha256';

/** What S3 says of an object, in a HEAD, a GET or a listing. */
export interface S3ObjectFacts {
  readonly size: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly ChecksumSHA256?: string | undefined;
}

export interface ObjectFacts {
  readonly info: ObjectInfo;
  /** The store's own: base64 of the object's SHA-256, or, with `-3` after it, of its three parts'. */
  readonly checksum: string | undefined;
}

export async function headObject(
  connection: S3Connection,
  key: ObjectKey,
  call: CallContext,
): Promise<ObjectInfo> {
  return (await headFacts(connection, { ...call, key })).info;
}

type ObjectCall = CallContext & { readonly key: ObjectKey };

export async function headFacts(connection: S3Connection, call: ObjectCall): Promise<ObjectFacts> {
  try {
    return await askForFacts(connection, call);
  } catch (error) {
    // A refusal without a body is all that AWS has for credentials that have expired.
    if (!isStorageError(error) || ![400, 401].includes(s3StatusOf(error) ?? 0)) throw error;
    await learnWhy(connection, call);
    return askForFacts(connection, call);
  }
}

/** Asks for the same object in a way that a refusal has words for: it is thrown, or mended by the way. */
async function learnWhy(connection: S3Connection, call: ObjectCall): Promise<void> {
  const object = { Bucket: connection.options.bucket, Key: call.key, Range: 'bytes=0-0' };
  try {
    const { Body } = await connection.request(call, (client, options) =>
      client.send(new GetObjectCommand(object), options),
    );
    if (Body instanceof Readable) Body.destroy();
  } catch (error) {
    // An empty object, which is there.
    if (s3StatusOf(error) !== 416) throw error;
  }
}

async function askForFacts(connection: S3Connection, call: ObjectCall): Promise<ObjectFacts> {
  const { key } = call;
  const { bucket, sendsChecksums } = connection.options;
  const output = await connection.request(call, (client, options) =>
    client.send(
      new HeadObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(sendsChecksums ? { ChecksumMode: 'ENABLED' } : {}),
      }),
      options,
    ),
  );
  const info = objectInfo(key, { ...output, size: output.ContentLength }, call);
  return { info, checksum: output.ChecksumSHA256 };
}

export function objectInfo(key: ObjectKey, facts: S3ObjectFacts, call: CallContext): ObjectInfo {
  const { size, ETag, LastModified } = facts;
  if (size === undefined || ETag === undefined || LastModified === undefined)
    throw failure(call, {
      code: 'Unavailable',
      message: `the store's answer about ${JSON.stringify(key)} lacks its size, ETag or date`,
    });
  const sha256 = fullObjectSha256(facts.ChecksumSHA256) ?? metadataSha256(facts.Metadata);
  const info: ObjectInfo = { key, size, version: versionOf(ETag), modifiedAt: LastModified };
  return sha256 === undefined ? info : { ...info, sha256 };
}

export function versionOf(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}

export function base64Of(sha256: Sha256): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}

/** Whether the store checked the bytes of an object when they came, rather than its writer's word. */
export function isVouchedFor({ info, checksum }: ObjectFacts): boolean {
  return isOfParts(checksum) || fullObjectSha256(checksum) === (info.sha256 ?? '');
}

/** A multipart upload's checksum is one of its parts' checksums: `…-3`, no hash of the object. */
function isOfParts(checksum: string | undefined): boolean {
  return checksum !== undefined && /^[A-Za-z0-9+/]{43}=-\d+$/.test(checksum);
}

function fullObjectSha256(checksum: string | undefined): Sha256 | undefined {
  const bytes = checksum?.includes('-') ? undefined : Buffer.from(checksum ?? '', 'base64');
  const hex = bytes?.toString('hex') ?? '';
  return isSha256(hex) ? hex : undefined;
}

function metadataSha256(metadata: Record<string, string> | undefined): Sha256 | undefined {
  const text = metadata?.[SHA256_METADATA] ?? '';
  return isSha256(text) ? text : undefined;
}
