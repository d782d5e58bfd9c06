import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import {
  type ByteRange,
  type CallContext,
  failure,
  isStorageError,
  type ObjectContent,
  type ObjectInfo,
  type ObjectKey,
  objectBody,
  resolveRange,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { headObject, objectInfo } from './object-info.ts';
import { resumingBody } from './resuming-body.ts';
import { s3StatusOf } from './s3-failure.ts';
import { withinTime } from './time-limit.ts';

const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+)$/;

type GetCall = CallContext & { readonly key: ObjectKey };

export interface S3GetOptions {
  readonly range?: ByteRange | undefined;
  /** The version that the object must have: PreconditionFailed otherwise. */
  readonly ifMatch?: string | undefined;
}

/** A part of an object, its body one unbroken stream over however many requests it takes. */
export async function getObject(
  connection: S3Connection,
  call: GetCall,
  options: S3GetOptions,
): Promise<ObjectContent> {
  const first = await fetchRange(connection, call, options);
  if (first.stream === undefined) return { ...first, body: emptyBody(call) };
  const { info, range } = first;
  const body = resumingBody(connection, {
    ...call,
    range,
    first: first.stream,
    reopen: async (start) => {
      const rest = { range: { start, end: range.end }, ifMatch: info.version };
      const next = await fetchRange(connection, call, rest);
      if (next.stream !== undefined && next.info.version === info.version) return next.stream;
      // A store that knows no If-Match.
      next.stream?.destroy();
      throw failure(call, {
        code: 'PreconditionFailed',
        message: 'the object was replaced while it was read: read it again',
      });
    },
  });
  return { info, range, body };
}

interface Fetched {
  readonly info: ObjectInfo;
  readonly range: { readonly start: number; readonly end: number };
  /** Undefined for an empty range. */
  readonly stream: Readable | undefined;
}

async function fetchRange(
  connection: S3Connection,
  wholeCall: GetCall,
  { range, ifMatch }: S3GetOptions,
): Promise<Fetched> {
  const { bucket, callLimitMs } = connection.options;
  const header = range === undefined ? undefined : rangeHeader(range);
  return withinTime(wholeCall, callLimitMs(0), async (call) => {
    const { key } = call;
    if (header === 'none') return emptyRange(await headObject(connection, key, call), range, call);
    let output: GetObjectCommandOutput;
    try {
      output = await connection.request(call, (client, options) =>
        client.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(header === undefined ? {} : { Range: header }),
            ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
          }),
          options,
        ),
      );
    } catch (error) {
      // The range begins at or past the end, which only the object's size can tell.
      if (!isStorageError(error) || s3StatusOf(error) !== 416) throw error;
      return emptyRange(await headObject(connection, key, call), range, call);
    }
    return fetched(key, output, range, call);
  });
}

/** HTTP's range, whose end is inclusive; `none` where it cannot say an empty one. */
function rangeHeader(range: ByteRange): string {
  resolveRange(range, 0);
  if ('suffix' in range) return range.suffix === 0 ? 'none' : `bytes=-${range.suffix}`;
  if (range.end === undefined) return `bytes=${range.start}-`;
  return range.end <= range.start ? 'none' : `bytes=${range.start}-${range.end - 1}`;
}

function emptyRange(info: ObjectInfo, range: ByteRange | undefined, call: CallContext): Fetched {
  const resolved = resolveRange(range, info.size);
  if (resolved.start === resolved.end) return { info, range: resolved, stream: undefined };
  throw failure(call, {
    code: 'Unavailable',
    message: 'the object was replaced while it was read: read it again',
  });
}

function emptyBody(call: CallContext): AsyncIterable<Uint8Array> {
  const nothing = { pull: async () => undefined, release: () => undefined };
  return objectBody({ ...call, length: 0, ...nothing });
}

function fetched(
  key: ObjectKey,
  output: GetObjectCommandOutput,
  range: ByteRange | undefined,
  call: CallContext,
): Fetched {
  const { Body: stream, ContentRange, ContentLength } = output;
  if (!(stream instanceof Readable))
    throw failure(call, { code: 'Unavailable', message: 'the store sent no body' });
  try {
    const [, first, last, total] = CONTENT_RANGE.exec(ContentRange ?? '') ?? [];
    const size = total === undefined ? ContentLength : Number(total);
    const info = objectInfo(key, { ...output, size }, call);
    const wanted = resolveRange(range, info.size);
    const sent = total === undefined ? [0, info.size] : [Number(first), Number(last) + 1];
    if (sent[0] === wanted.start && sent[1] === wanted.end) return { info, range: wanted, stream };
    throw failure(call, {
      code: 'Unsupported',
      message: 'the store sent other bytes than the range asked for',
    });
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
