import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import {
  type ByteRange,
  type CallContext,
  failure,
  type GetOptions,
  isStorageError,
  type ObjectContent,
  type ObjectInfo,
  type ObjectKey,
  objectBody,
  resolveRange,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { s3StatusOf } from './errors.ts';
import { headObject, objectInfo } from './object-info.ts';

const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+)$/;

export async function getObject(
  connection: S3Connection,
  key: ObjectKey,
  options: GetOptions,
): Promise<ObjectContent> {
  const call: CallContext = { operation: 'get', key, signal: options.signal };
  const { range } = options;
  const header = range === undefined ? undefined : rangeHeader(range);
  if (header === 'none') return emptyContent(await headObject(connection, key, call), range, call);
  let output: GetObjectCommandOutput;
  try {
    output = await connection.request(call, (client, sendOptions) =>
      client.send(
        new GetObjectCommand({
          Bucket: connection.options.bucket,
          Key: key,
          ...(header === undefined ? {} : { Range: header }),
        }),
        sendOptions,
      ),
    );
  } catch (error) {
    // The range begins at or past the end, which only the object's size can tell.
    if (!isStorageError(error) || s3StatusOf(error) !== 416) throw error;
    return emptyContent(await headObject(connection, key, call), range, call);
  }
  return contentOf(connection, key, output, range, call);
}

/** HTTP's range, whose end is inclusive; `none` where it cannot say an empty one. */
function rangeHeader(range: ByteRange): string {
  resolveRange(range, 0);
  if ('suffix' in range) return range.suffix === 0 ? 'none' : `bytes=-${range.suffix}`;
  if (range.end === undefined) return `bytes=${range.start}-`;
  return range.end <= range.start ? 'none' : `bytes=${range.start}-${range.end - 1}`;
}

function emptyContent(
  info: ObjectInfo,
  range: ByteRange | undefined,
  call: CallContext,
): ObjectContent {
  const resolved = resolveRange(range, info.size);
  if (resolved.start !== resolved.end)
    throw failure(call, {
      code: 'Unavailable',
      message: 'the object was replaced while it was read: read it again',
    });
  const body = objectBody({
    ...call,
    length: 0,
    pull: async () => undefined,
    release: () => undefined,
  });
  return { info, range: resolved, body };
}

function contentOf(
  connection: S3Connection,
  key: ObjectKey,
  output: GetObjectCommandOutput,
  range: ByteRange | undefined,
  call: CallContext,
): ObjectContent {
  const { Body: stream, ContentRange, ContentLength } = output;
  if (!(stream instanceof Readable))
    throw failure(call, { code: 'Unavailable', message: 'the store sent no body' });
  try {
    const [, first, last, total] = CONTENT_RANGE.exec(ContentRange ?? '') ?? [];
    const size = total === undefined ? ContentLength : Number(total);
    const info = objectInfo(key, { ...output, size }, call);
    const wanted = resolveRange(range, info.size);
    const sent = total === undefined ? [0, info.size] : [Number(first), Number(last) + 1];
    if (sent[0] !== wanted.start || sent[1] !== wanted.end)
      throw failure(call, {
        code: 'Unsupported',
        message: 'the store sent other bytes than the range asked for',
      });
    return { info, range: wanted, body: streamBody(connection, stream, wanted, call) };
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

function streamBody(
  connection: S3Connection,
  stream: Readable,
  range: { readonly start: number; readonly end: number },
  call: CallContext,
): AsyncIterable<Uint8Array> {
  // A stream that nobody reads any more must not end the process with its last error.
  stream.on('error', () => undefined);
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  return objectBody({
    ...call,
    length: range.end - range.start,
    release: () => void stream.destroy(),
    pull: async () => {
      try {
        const result = await chunks.next();
        return result.done ? undefined : result.value;
      } catch (error) {
        throw connection.translate(error, call);
      }
    },
  });
}
