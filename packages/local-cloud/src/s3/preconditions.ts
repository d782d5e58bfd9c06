import { CloudError, notImplemented } from '../errors.ts';
import type { RequestHeaders } from '../http/headers.ts';
import type { StoredObject, WriteGuard } from '../store/object-store.ts';
import { noSuchKey } from './errors.ts';

/**
 * If-None-Match: * and If-Match of a write. `atStart` is checked before the body is read; `atCommit` at the instant of
 * the write, where a difference means that another writer came in between: 409, and the client may try again.
 */
export interface WritePreconditions {
  readonly atStart: WriteGuard;
  readonly atCommit: WriteGuard;
}

export function writePreconditions(headers: RequestHeaders): WritePreconditions {
  const ifMatch = headers.get('if-match');
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
    throw notImplemented('If-None-Match with a value other than *, or together with If-Match,');
  }
  if (ifNoneMatch !== undefined) {
    return {
      atStart: (current) => {
        if (current !== undefined) throw preconditionFailed('If-None-Match');
      },
      atCommit: (current) => {
        if (current !== undefined) throw conflict('If-None-Match');
      },
    };
  }
  if (ifMatch !== undefined) {
    return {
      atStart: (current) => {
        if (current === undefined) throw noSuchKey();
        if (!matchesTag(ifMatch, current.etag)) throw preconditionFailed('If-Match');
      },
      atCommit: (current) => {
        if (current === undefined || !matchesTag(ifMatch, current.etag)) throw conflict('If-Match');
      },
    };
  }
  return { atStart: () => {}, atCommit: () => {} };
}

/** 'serve', or the status a GET or HEAD answers instead. `prefix` is `x-amz-copy-source-` for the source of a copy. */
export function readPrecondition(
  headers: RequestHeaders,
  object: StoredObject,
  prefix = '',
): 'serve' | 'not-modified' {
  const modified = Math.floor(object.modified / 1000) * 1000;
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const unmodifiedSince = dateOf(headers.get(`${prefix}if-unmodified-since`));
  const modifiedSince = dateOf(headers.get(`${prefix}if-modified-since`));
  // RFC 9110: a tag condition makes the date condition of the same direction moot.
  if (ifMatch !== undefined) {
    if (!matchesTag(ifMatch, object.etag)) throw preconditionFailed('If-Match');
  } else if (unmodifiedSince !== undefined && modified > unmodifiedSince) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined)
    return matchesTag(ifNoneMatch, object.etag) ? 'not-modified' : 'serve';
  return modifiedSince !== undefined && modified <= modifiedSince ? 'not-modified' : 'serve';
}

export const preconditionFailed = (condition: string) =>
  new CloudError(
    'PreconditionFailed',
    412,
    'At least one of the pre-conditions you specified did not hold',
    { details: { Condition: condition } },
  );

const conflict = (condition: string) =>
  new CloudError(
    'ConditionalRequestConflict',
    409,
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { details: { Condition: condition } },
  );

function matchesTag(list: string, etag: string): boolean {
  return list.split(',').some((tag) => {
    const bare = tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return bare === '*' || bare === etag;
  });
}

function dateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
