import { randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import {
  grantedPrefixes,
  type IssuedCredentials,
  type Scope,
  StsIssuer,
  sessionPolicy,
} from '@data-universe/auth-lambda';
import { addressOf, type HotkeyAddress } from '@data-universe/core-auth';
import { Clients } from './clients.ts';
import type { Server } from './server.ts';

/** An upload that is under way. */
export interface OpenUpload {
  readonly key: string;
  readonly id: string;
  readonly etag: string;
}

/** Who is there and what belongs to whom, with credentials as the product gives them. */
export class World {
  readonly server: Server;
  readonly clients: Clients;
  readonly issuer: StsIssuer;
  readonly hotkey: HotkeyAddress = addressOf(randomBytes(32));
  readonly otherHotkey: HotkeyAddress = addressOf(randomBytes(32));
  /** What the miner's credentials open. */
  readonly own = `data/x/${this.hotkey}/`;
  readonly other = `data/x/${this.otherHotkey}/`;
  /** An object of the miner's that nobody may change. */
  readonly kept = `${this.own}kept`;
  /** Below here the miner's credentials prove that they still work. */
  readonly scratch = `${this.own}scratch/`;
  /** An object of the other miner's. */
  readonly foreign = `${this.other}seed`;
  #names = 0;

  constructor(server: Server) {
    this.server = server;
    this.clients = new Clients(server);
    this.issuer = new StsIssuer({
      region: server.region,
      endpoint: server.endpoint,
      uploadRoleArn: server.roles.upload,
      readRoleArn: server.roles.read,
      credentials: server.service,
    });
  }

  policy(scope: Scope): string {
    const { bucket } = this.server;
    return sessionPolicy({ action: scope.action, bucket, prefixes: grantedPrefixes(scope) });
  }

  /** Credentials as the credential service issues them. */
  issue(scope: Scope): Promise<IssuedCredentials> {
    const hotkey = scope.action === 'upload' ? scope.hotkey : this.otherHotkey;
    return this.issuer.issue({ action: scope.action, hotkey, policy: this.policy(scope) });
  }

  /** The miner's, of source x. */
  issueUpload(hotkey = this.hotkey, source: 'x' | 'reddit' = 'x'): Promise<IssuedCredentials> {
    return this.issue({ action: 'upload', hotkey, source });
  }

  /** The miner's as well, for one second. */
  async issueShort(): Promise<IssuedCredentials> {
    const { endpoint, region, service, roles } = this.server;
    const sts = new STSClient({ endpoint, region, credentials: { ...service } });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roles.upload,
        RoleSessionName: `upload-${this.hotkey}`,
        DurationSeconds: 1,
        Policy: this.policy({ action: 'upload', hotkey: this.hotkey, source: 'x' }),
      }),
    );
    sts.destroy();
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Credentials?.Expiration ?? new Date(Number.NaN),
    };
  }

  object(key: string, bucket = this.server.bucket) {
    return { Bucket: bucket, Key: key };
  }

  fresh(prefix = this.scratch): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  /** An upload with one part. */
  async startUpload(client: S3Client, key: string): Promise<OpenUpload> {
    const object = this.object(key);
    const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(object));
    const part = { ...object, UploadId, PartNumber: 1, Body: `part of ${key}` };
    const { ETag = '' } = await client.send(new UploadPartCommand(part));
    return { key, id: UploadId, etag: ETag };
  }

  completion({ key, id, etag }: OpenUpload): CompleteMultipartUploadCommand {
    return new CompleteMultipartUploadCommand({
      ...this.object(key),
      UploadId: id,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: etag }] },
    });
  }

  /** Everything that the miner's credentials must not have changed: objects and open uploads. */
  async everythingElse(admin: S3Client): Promise<string[]> {
    const { bucket, otherBucket } = this.server;
    const found: string[] = [];
    for (const Bucket of [bucket, otherBucket]) {
      const { Contents = [] } = await admin.send(new ListObjectsV2Command({ Bucket }));
      for (const { Key = '', ETag, Size } of Contents)
        if (!Key.startsWith(this.scratch)) found.push(`${Bucket} ${Key} ${ETag} ${Size}`);
      const { Uploads = [] } = await admin.send(new ListMultipartUploadsCommand({ Bucket }));
      for (const { Key = '', UploadId } of Uploads)
        if (!Key.startsWith(this.scratch)) found.push(`${Bucket} ${Key} upload ${UploadId}`);
    }
    return found.sort();
  }

  close(): void {
    this.clients.close();
  }
}
