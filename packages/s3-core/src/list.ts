import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import {
  type CallContext,
  compareKeys,
  failure,
  isObjectKey,
  type KeyPrefix,
  type ListOptions,
  type ObjectInfo,
} from '@data-universe/storage-core';
import type { S3Connection } from './connection.ts';
import { objectInfo } from './object-info.ts';
import { withinTime } from './time-limit.ts';

/** Every page to the end; one that fails ends the listing with its error, never as if complete. */
export async function* listObjects(
  connection: S3Connection,
  prefix: KeyPrefix,
  options: ListOptions,
): AsyncGenerator<ObjectInfo> {
  const call: CallContext = { operation: 'list', key: prefix, signal: options.signal };
  let previous: string = options.startAfter ?? '';
  let from: PageStart | undefined =
    options.startAfter === undefined ? {} : { StartAfter: options.startAfter };
  do {
    const page: ListObjectsV2CommandOutput = await fetchPage(connection, prefix, from, call);
    for (const item of page.Contents ?? []) {
      const key = decodeKey(item.Key ?? '', page.EncodingType);
      if (!key.startsWith(prefix) || compareKeys(key, previous) <= 0)
        throw failure(call, {
          code: 'Unsupported',
          message: `the store lists ${JSON.stringify(key)} outside the prefix or out of order`,
        });
      previous = key;
      // Folder markers and the like: nothing that a StorageBackend wrote, or could read.
      if (isObjectKey(key)) yield objectInfo(key, { ...item, size: item.Size }, call);
    }
    from = nextStart(page, from, connection.options.presigned ? previous : undefined, call);
  } while (from !== undefined);
}

/** Where a page begins. */
interface PageStart {
  readonly StartAfter?: string;
  readonly ContinuationToken?: string;
}

function fetchPage(
  connection: S3Connection,
  prefix: KeyPrefix,
  from: PageStart,
  call: CallContext,
): Promise<ListObjectsV2CommandOutput> {
  const { bucket, callLimitMs } = connection.options;
  return withinTime(call, callLimitMs(0), (timed) =>
    connection.request(timed, (client, options) =>
      client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          // A key may hold characters that XML cannot.
          EncodingType: 'url',
          ...from,
        }),
        options,
      ),
    ),
  );
}

/** By the store's token, or behind the last key, which anyone can sign who has never seen a page. */
function nextStart(
  page: ListObjectsV2CommandOutput,
  from: PageStart,
  lastKey: string | undefined,
  call: CallContext,
): PageStart | undefined {
  if (page.IsTruncated !== true) return undefined;
  if (lastKey !== undefined && (page.Contents ?? []).length > 0) return { StartAfter: lastKey };
  const next = lastKey === undefined ? page.NextContinuationToken : undefined;
  if (next !== undefined && next !== '' && next !== from.ContinuationToken)
    return { ...from, ContinuationToken: next };
  throw failure(call, {
    code: 'Unavailable',
    message: 'the store says that there is more and not where it goes on',
  });
}

/** URL-encoded as a form is: a space is `+` to AWS and `%20` to others. */
export function decodeKey(key: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
}
