import type { IncomingMessage } from 'node:http';
import type { Cloud } from './cloud.ts';
import {
  ADMIN_USER,
  buildAccount,
  DEFAULT_BUCKET,
  type LocalCloudConfig,
  READ_ROLE,
  REGION,
  roleArn,
  SERVICE_USER,
  UPLOAD_ROLE,
} from './config.ts';
import type { CloudError } from './errors.ts';
import { serve } from './http/server.ts';
import { type AccessKey, loadKeys } from './keys-file.ts';
import { assertLoopback } from './loopback.ts';
import { s3ErrorResponse } from './s3/errors.ts';
import { handleS3 } from './s3/handler.ts';
import { ObjectStore } from './store/object-store.ts';
import { stsErrorResponse } from './sts/errors.ts';
import { handleSts, isStsRequest } from './sts/handler.ts';

export interface LocalCloudOptions {
  /** Where objects and keys live; made where absent. One process at a time. */
  readonly directory: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** 127.0.0.1 (the default), ::1 or localhost; anything else is refused. */
  readonly host?: string;
  /** Milliseconds since the epoch; for tests of expiry and skew. */
  readonly clock?: () => number;
  readonly config?: LocalCloudConfig;
}

/** A running S3 and STS. */
export interface LocalCloud {
  /** http://host:port of both S3 (path style) and STS. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** May do everything. */
  readonly admin: AccessKey;
  /** May do nothing but assume the two roles. */
  readonly service: AccessKey;
  /** The keys of every user, by name. */
  readonly users: ReadonlyMap<string, AccessKey>;
  readonly roles: { readonly upload: string; readonly read: string };
  close(): Promise<void>;
}

/** Starts S3 and STS over a directory. Throws NotLoopbackError, DirectoryInUseError, or an error of the configuration. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const host = options.host ?? '127.0.0.1';
  assertLoopback(host);
  const account = buildAccount(options.config ?? {});
  const store = await ObjectStore.open(options.directory);
  try {
    const now = options.clock ?? Date.now;
    const keys = await loadKeys(options.directory, account.users.keys());
    for (const bucket of account.buckets.keys()) store.createBucket(bucket, now());
    const server = await serve(handlerOf({ account, keys, store, now }), host, options.port ?? 0);
    const keyOf = (user: string): AccessKey => {
      const key = keys.users.get(user);
      if (key === undefined) throw new Error(`The user ${user} has no key.`);
      return key;
    };
    return {
      endpoint: `http://${host === '::1' ? '[::1]' : host}:${server.port}`,
      region: REGION,
      bucket: DEFAULT_BUCKET,
      admin: keyOf(ADMIN_USER),
      service: keyOf(SERVICE_USER),
      users: keys.users,
      roles: { upload: roleArn(UPLOAD_ROLE), read: roleArn(READ_ROLE) },
      close: async () => {
        await server.close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

function handlerOf(cloud: Cloud) {
  return {
    handle: (request: Parameters<typeof handleS3>[1]) =>
      isStsRequest(request) ? handleSts(cloud, request) : handleS3(cloud, request),
    describeError: (error: CloudError, message: IncomingMessage, id: string) => {
      const [resource = '/'] = (message.url ?? '/').split('?', 1);
      return message.method === 'POST' && resource === '/'
        ? stsErrorResponse(error, id)
        : s3ErrorResponse(error, { id, resource });
    },
  };
}
