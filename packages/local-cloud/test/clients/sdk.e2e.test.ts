import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  NoSuchBucket,
  NoSuchKey,
  NoSuchUpload,
  NotFound,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, type Harness, refusal, startHarness } from '../support/harness.ts';

let harness: Harness;
let admin: S3Client;
const Bucket = BUCKET;
const Key = 'data/x/there';
const NO_BYTES = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

beforeAll(async () => {
  harness = await startHarness();
  admin = harness.s3(harness.cloud.admin);
  await admin.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
});
afterAll(() => harness.stop());

describe("the AWS SDK reads the cloud's errors as AWS's own", () => {
  const Absent = 'no-such-bucket-here';
  const cases: ReadonlyArray<
    readonly [what: string, request: (s3: S3Client) => Promise<unknown>, string, number]
  > = [
    [
      'a bucket that is not there',
      (s3) => s3.send(new ListObjectsV2Command({ Bucket: Absent })),
      'NoSuchBucket',
      404,
    ],
    [
      'a HEAD of a bucket that is not there, which has no body to say more',
      (s3) => s3.send(new HeadBucketCommand({ Bucket: Absent })),
      'NotFound',
      404,
    ],
    [
      'a HEAD of a key that is not there',
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'absent' })),
      'NotFound',
      404,
    ],
    [
      'the ACL of a key that is not there',
      (s3) => s3.send(new GetObjectAclCommand({ Bucket, Key: 'absent' })),
      'NoSuchKey',
      404,
    ],
    [
      'an upload that is not there',
      (s3) => s3.send(new ListPartsCommand({ Bucket, Key, UploadId: 'stolen' })),
      'NoSuchUpload',
      404,
    ],
    [
      'a range past the end',
      (s3) => s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=5-9' })),
      'InvalidRange',
      416,
    ],
    [
      'an entity tag that moved on',
      (s3) => s3.send(new GetObjectCommand({ Bucket, Key, IfMatch: '"other"' })),
      'PreconditionFailed',
      412,
    ],
    [
      'a create-only PUT of what is there',
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' })),
      'PreconditionFailed',
      412,
    ],
    [
      'a SHA-256 that is not the one of the body, which is signed as it is',
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ChecksumSHA256: NO_BYTES })),
      'BadDigest',
      400,
    ],
    [
      'a bucket that still holds objects',
      (s3) => s3.send(new DeleteBucketCommand({ Bucket })),
      'BucketNotEmpty',
      409,
    ],
    [
      'a bucket name in capitals',
      (s3) => s3.send(new CreateBucketCommand({ Bucket: 'NotAName' })),
      'InvalidBucketName',
      400,
    ],
    [
      'a copy onto itself that changes nothing',
      (s3) => s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}` })),
      'InvalidRequest',
      400,
    ],
    [
      'metadata over two kilobytes',
      (s3) =>
        s3.send(
          new PutObjectCommand({ Bucket, Key, Body: 'x', Metadata: { a: 'x'.repeat(2048) } }),
        ),
      'MetadataTooLarge',
      400,
    ],
    [
      'an ACL that would open an object to the world',
      (s3) => s3.send(new PutObjectAclCommand({ Bucket, Key, ACL: 'public-read' })),
      'AccessControlListNotSupported',
      400,
    ],
    [
      'what the cloud lacks',
      (s3) =>
        s3.send(
          new PutBucketVersioningCommand({
            Bucket,
            VersioningConfiguration: { Status: 'Enabled' },
          }),
        ),
      'NotImplemented',
      501,
    ],
  ];

  it.each(cases)('%s', async (_, request, code, status) => {
    expect(await refusal(request(admin))).toEqual({ code, status });
  });

  it('as its own classes, with the message and the id of the request', async () => {
    const catching = (work: Promise<unknown>) => work.catch((reason: unknown) => reason);
    const key = await catching(admin.send(new GetObjectCommand({ Bucket, Key: 'absent' })));
    expect(key).toBeInstanceOf(NoSuchKey);
    expect(key).toMatchObject({
      $fault: 'client',
      message: 'The specified key does not exist.',
      Resource: `/${Bucket}/absent`,
      $metadata: { requestId: expect.stringMatching(/^[0-9A-F]{16}$/) },
    });
    const bucket = admin.send(new ListObjectsV2Command({ Bucket: Absent }));
    expect(await catching(bucket)).toBeInstanceOf(NoSuchBucket);
    const head = admin.send(new HeadObjectCommand({ Bucket, Key: 'absent' }));
    expect(await catching(head)).toBeInstanceOf(NotFound);
    const upload = admin.send(new ListPartsCommand({ Bucket, Key, UploadId: 'x' }));
    expect(await catching(upload)).toBeInstanceOf(NoSuchUpload);
  });

  it('from STS, where the same faults have other names', async () => {
    const { cloud } = harness;
    const ask = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
      refusal(harness.sts(credentials).send(new GetCallerIdentityCommand({})));
    expect(await ask({ ...cloud.service, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' })).toEqual({
      code: 'InvalidClientTokenId',
      status: 403,
    });
    expect(await ask({ ...cloud.service, secretAccessKey: 'wrong' })).toEqual({
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
    const assume = (policy: string) =>
      refusal(
        harness.sts(cloud.service).send(
          new AssumeRoleCommand({
            RoleArn: cloud.roles.upload,
            RoleSessionName: 'session',
            Policy: policy,
          }),
        ),
      );
    expect(await assume('{"Version":"2012-10-17","Statement":[{}]}')).toEqual({
      // The SDK's own name for MalformedPolicyDocument.
      code: 'MalformedPolicyDocumentException',
      status: 400,
    });
    expect(await assume('x'.repeat(2049))).toEqual({ code: 'ValidationError', status: 400 });
  });
});

describe('ACLs and tags, which nothing here can have', () => {
  it('are read as the owner having full control, and as none', async () => {
    const acls = [
      await admin.send(new GetObjectAclCommand({ Bucket, Key })),
      await admin.send(new GetBucketAclCommand({ Bucket })),
    ];
    for (const { Owner, Grants } of acls) {
      expect(Grants).toEqual([
        { Grantee: { ...Owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
      ]);
    }
    const { TagSet } = await admin.send(new GetObjectTaggingCommand({ Bucket, Key }));
    expect(TagSet).toEqual([]);
  });

  it('can be set to what they are and to nothing else', async () => {
    const { Owner, Grants = [] } = await admin.send(new GetObjectAclCommand({ Bucket, Key }));
    const set = (grants: typeof Grants) =>
      admin.send(
        new PutObjectAclCommand({
          Bucket,
          Key,
          AccessControlPolicy: { ...(Owner && { Owner }), Grants: grants },
        }),
      );
    await set(Grants);
    await admin.send(new PutObjectAclCommand({ Bucket, Key, ACL: 'bucket-owner-full-control' }));
    const everyone = {
      Grantee: { Type: 'Group' as const, URI: 'http://acs.amazonaws.com/groups/global/AllUsers' },
      Permission: 'READ' as const,
    };
    const stranger = {
      Grantee: { Type: 'CanonicalUser' as const, ID: 'f'.repeat(64) },
      Permission: 'FULL_CONTROL' as const,
    };
    for (const grants of [[], [everyone], [...Grants, everyone], [stranger]]) {
      expect(await refusal(set(grants))).toMatchObject({ code: 'AccessControlListNotSupported' });
    }
    const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
    const tag = admin.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
    expect(await refusal(tag)).toMatchObject({ code: 'NotImplemented' });
  });

  it('are no way to delete or to write the object that they belong to', async () => {
    // Deleting an ACL, or writing torrents, are requests that S3 does not have.
    const bend = (query: string) => {
      const client = harness.s3(harness.cloud.admin);
      client.middlewareStack.add(
        (next) => async (args) => {
          const request = args.request as { query: Record<string, string> };
          request.query = { [query]: '' };
          return next(args);
        },
        { step: 'build' },
      );
      return client;
    };
    for (const query of ['acl', 'attributes', 'torrent']) {
      const removed = bend(query).send(new DeleteObjectCommand({ Bucket, Key }));
      expect(await refusal(removed), query).toEqual({ code: 'MethodNotAllowed', status: 405 });
    }
    const written = bend('torrent').send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    expect(await refusal(written)).toEqual({ code: 'MethodNotAllowed', status: 405 });
    const { Body } = await admin.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe('hello');
  });
});
