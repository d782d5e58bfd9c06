import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { PresignedStore } from '@data-universe/local-cloud';

/** A store whose users may make buckets. */
export interface StorePlace {
  readonly endpoint: string;
  readonly region: string;
  readonly admin: PresignedStore['key'];
}

/** A new bucket for a credential service that presigns, on a server that obeys headers nobody signed. */
export async function presignedStore(place: StorePlace): Promise<PresignedStore> {
  const { endpoint, region, admin } = place;
  const { accessKeyId, secretAccessKey } = admin;
  const key = { accessKeyId, secretAccessKey };
  const bucket = `presigned-${randomUUID()}`;
  const client = new S3Client({ endpoint, region, credentials: key, forcePathStyle: true });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
  return { endpoint, region, bucket, key, privateAcl: true };
}
