import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { StsIssuer, sessionPolicy } from '@data-universe/auth-lambda';
import { addressOf, type HotkeyAddress } from '@data-universe/core-auth';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Ceph, describeWithCeph, sharedCeph } from '../../scripts/ceph/for-tests.ts';
import type { Revocations } from '../src/revocations.ts';
import { revokePolicy } from '../src/revoke-policy.ts';
import { EXAMPLE } from './example.ts';
import { DENIED, outcome } from './outcome.ts';

const MINER = addressOf(new Uint8Array(32).fill(1));
const OTHER = addressOf(new Uint8Array(32).fill(2));
const VALIDATOR = addressOf(new Uint8Array(32).fill(3));
interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const prefixOf = (hotkey: HotkeyAddress) => `data/x/${hotkey}/`;

describeWithCeph('the self-hosted way, step by step on Ceph RGW', () => {
  const id = randomUUID();
  const bucket = `self-hosted-${id}`;
  const clients: Array<{ destroy(): void }> = [];
  let ceph: Ceph;
  let owner: S3Client;
  let issue: (action: 'upload' | 'read', by: HotkeyAddress, of: HotkeyAddress) => Promise<S3Client>;

  beforeAll(async () => {
    ceph = await sharedCeph();
    const s3 = (credentials: Keys) => {
      const { endpoint, region } = ceph;
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
      clients.push(client);
      return client;
    };
    /** A file of docs/deploy-self-hosted.md, for this test's own bucket and users. */
    const document = (file: string) =>
      readFileSync(join(import.meta.dirname, '..', file), 'utf8')
        .replaceAll(EXAMPLE.bucket, bucket)
        .replaceAll(/arn:aws:iam::123456789012:user\/auth/g, ceph.caller.arn)
        .replaceAll(/arn:aws:iam::123456789012:user\/owner/g, ceph.admin.arn);
    const role = async (name: string, file: string) => {
      const named = ['--role-name', `${name}-${id}`];
      await radosgwAdmin(
        ceph,
        'role',
        'create',
        ...named,
        '--assume-role-policy-doc',
        document('self-hosted/ceph/trust.json'),
      );
      await radosgwAdmin(
        ceph,
        'role',
        'policy',
        'put',
        ...named,
        '--policy-name',
        'dataset',
        '--policy-doc',
        document(file),
      );
      return `arn:aws:iam::${ceph.account}:role/${name}-${id}`;
    };
    owner = s3(keysOf(ceph.admin));
    await owner.send(new CreateBucketCommand({ Bucket: bucket }));
    const Policy = document('self-hosted/ceph/bucket-policy.json');
    await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const issuer = new StsIssuer({
      region: ceph.region,
      endpoint: ceph.endpoint,
      uploadRoleArn: await role('Upload', 'policies/upload-role.json'),
      readRoleArn: await role('Read', 'policies/read-role.json'),
      credentials: keysOf(ceph.caller),
    });
    issue = async (action, by, of) => {
      const policy = sessionPolicy({ action, bucket, prefixes: [prefixOf(of)] });
      const { expiration: _, ...keys } = await issuer.issue({ action, hotkey: by, policy });
      return s3(keys);
    };
  });
  afterAll(() => {
    for (const client of clients) client.destroy();
  });

  const create = (client: S3Client, hotkey: HotkeyAddress, name: string = randomUUID()) =>
    outcome(
      client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `${prefixOf(hotkey)}${name}`,
          Body: 'x',
          IfNoneMatch: '*',
        }),
      ),
    );
  const get = (client: S3Client, name: string) =>
    outcome(
      client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefixOf(MINER)}${name}` })),
    );
  const list = (client: S3Client, Prefix: string) =>
    outcome(client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix })));

  it('a miner creates, a validator reads, the owner reads too', async () => {
    const miner = await issue('upload', MINER, MINER);
    const validator = await issue('read', VALIDATOR, MINER);
    expect(await create(miner, MINER, 'a')).toBe('done');
    expect(await create(miner, MINER, 'a')).toBe('PreconditionFailed 412');
    for (const client of [miner, validator, owner]) {
      expect(await get(client, 'a')).toBe('done');
      expect(await list(client, prefixOf(MINER))).toBe('done');
    }
  });

  it('nobody leaves the own prefix or deletes', async () => {
    const miner = await issue('upload', MINER, MINER);
    const validator = await issue('read', VALIDATOR, OTHER);
    await create(miner, MINER, 'b');
    expect(await create(miner, OTHER)).toBe(DENIED);
    expect(await create(validator, OTHER)).toBe(DENIED);
    expect(await get(validator, 'b')).toBe(DENIED);
    expect(await list(miner, 'data/')).toBe(DENIED);
    const Key = `${prefixOf(MINER)}b`;
    for (const client of [miner, validator])
      expect(await outcome(client.send(new DeleteObjectCommand({ Bucket: bucket, Key })))).toBe(
        DENIED,
      );
  });

  it('the owner revokes one hotkey, or all sessions, and takes it back', async () => {
    const [miner, other] = [
      await issue('upload', MINER, MINER),
      await issue('upload', OTHER, OTHER),
    ];
    const revoke = async (revocations: Revocations) => {
      const { Policy = '' } = await owner.send(new GetBucketPolicyCommand({ Bucket: bucket }));
      const revoked = revokePolicy(Policy, { bucket, revocations, mark: 'session-name' });
      await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: revoked }));
      return Promise.all([create(miner, MINER), create(other, OTHER), create(owner, MINER)]);
    };
    const time = (shift: number) => new Date(Date.now() + shift).toISOString();
    expect(await revoke({ revokedHotkeys: [MINER] })).toEqual([DENIED, 'done', 'done']);
    const soon = { revokeSessionsBefore: time(60_000) };
    expect(await revoke(soon)).toEqual([DENIED, DENIED, 'done']);
    expect(await revoke({ revokeSessionsBefore: time(-3_600_000) })).toEqual([
      'done',
      'done',
      'done',
    ]);
    expect(await revoke({})).toEqual(['done', 'done', 'done']);
  });
});

function radosgwAdmin(ceph: Ceph, ...args: readonly string[]) {
  const place = inject('ceph');
  if (place === undefined) throw new Error('There is no Ceph.');
  const common = ['-c', join(place.directory, 'ceph.conf'), '-n', 'client.rgw'];
  return promisify(execFile)('radosgw-admin', [...common, '--tenant', ceph.account, ...args]);
}

const keysOf = ({ accessKeyId, secretAccessKey }: Ceph['admin']): Keys => ({
  accessKeyId,
  secretAccessKey,
});
