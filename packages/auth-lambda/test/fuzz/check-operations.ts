import type { StoreOperation } from '@data-universe/core-auth';
import { requireOperationsWithin } from '../../src/decision/check-operations.ts';
import { S3Presigner } from '../../src/grant/s3-presigner.ts';
import type { AccessClaim } from '../../src/wire/access-claim.ts';
import { must } from './check-claim.ts';
import { BUCKET } from './check-policy.ts';

const presigner = new S3Presigner({
  bucket: BUCKET,
  region: 'us-east-1',
  endpoint: 'https://store.example',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-that-is-none' },
});

/** Of a claim whose operations are let through each lies inside the prefixes. Throws Violation, or Refusal. */
export function checkOperations(claim: AccessClaim, prefixes: readonly string[]): void {
  requireOperationsWithin(prefixes, claim);
  for (const operation of claim.operations ?? []) {
    const key = operation.op === 'list' ? operation.prefix : operation.key;
    must(
      prefixes.some((prefix) => key.startsWith(prefix)),
      'an operation lies inside a prefix',
    );
    must(!/\.\.|\/\/|[\0-\x20*?$%\\]/.test(key), 'a key has one spelling');
    must(operation.op !== 'put' || claim.scope.action === 'upload', 'a read puts nothing');
    if (operation.op !== 'list' || operation.start_after === undefined) continue;
    must(operation.start_after.startsWith(key), 'a list starts inside its prefix');
  }
}

/** What is signed names the object, or the prefix, and no other. Throws Violation. */
export async function checkPresigned(operations: readonly StoreOperation[]): Promise<void> {
  const { requests } = await presigner.presign(operations);
  for (const [index, operation] of operations.entries()) {
    const url = new URL(requests[index]?.url ?? '');
    must(url.host === 'store.example', 'the store is the one configured');
    const path = decodeURIComponent(url.pathname);
    if (operation.op !== 'list') {
      must(path === `/${BUCKET}/${operation.key}`, 'the object is the one asked for');
      continue;
    }
    must(path === `/${BUCKET}`, 'a list is of the bucket');
    must(
      url.searchParams.getAll('prefix').join('|') === operation.prefix,
      'the prefix is the one asked for',
    );
  }
}
