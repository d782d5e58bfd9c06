import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, inject } from 'vitest';

interface CephUser {
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running Ceph, as `up.sh` prints it. */
export interface Ceph {
  /** Of S3, STS and IAM. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** May make buckets and roles. */
  readonly admin: CephUser;
  /** May do nothing until a role trusts it. */
  readonly caller: CephUser;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** From `vitest-setup.ts`. */
    readonly ceph?: { readonly directory: string; readonly owner: number };
  }
}

/**
 * `describe` for tests over Ceph. Where it is not installed they are skipped, with the reason in
 * their title; with DATA_UNIVERSE_REQUIRE_ALL=1 they fail instead.
 */
export function describeWithCeph(name: string, body: () => void): void {
  const skip = !isInstalled() && process.env.DATA_UNIVERSE_REQUIRE_ALL !== '1';
  const reason = skip ? ' (skipped: Ceph is not installed, see docs/testing.md)' : '';
  describe.skipIf(skip)(`${name}${reason}`, body);
}

/** The one Ceph of this test run. It is shared: take a bucket and roles of your own. */
export async function sharedCeph(): Promise<Ceph> {
  const place = inject('ceph');
  if (place === undefined)
    throw new Error('This vitest project has no Ceph: scripts/ceph/vitest-setup.ts is not set up.');
  const { stdout } = await promisify(execFile)(
    join(import.meta.dirname, 'up.sh'),
    ['--dir', place.directory, '--owner', String(place.owner)],
    // The shortest session there is, so that tests can see one end.
    { env: { ...process.env, STS_MIN_SESSION: '1' } },
  );
  return JSON.parse(stdout);
}

function isInstalled(): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin'].every((program) =>
    folders.some((folder) => isExecutable(join(folder, program))),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
