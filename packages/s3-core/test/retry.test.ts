import { failure, type StorageErrorCode } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';
import { withRetry } from '../src/retry.ts';
import { RetryQuota } from '../src/retry-quota.ts';
import { S3Failure } from '../src/s3-failure.ts';

const CALL = { operation: 'put', key: 'a' } as const;

function error(code: StorageErrorCode = 'RateLimited', cause?: unknown) {
  return failure(CALL, { code, message: 'no', cause });
}

function policy(change: Partial<Parameters<typeof withRetry>[1]> = {}) {
  return { maxAttempts: 3, retryBudgetMs: 60_000, quota: new RetryQuota(), ...change };
}

/** How often it was tried, and how it ended. */
async function run(options: ReturnType<typeof policy>, failures: readonly Error[]) {
  let tries = 0;
  const ended = await withRetry(CALL, options, async () => {
    const failed = failures[tries++];
    if (failed) throw failed;
    return 'done';
  }).catch((reason: unknown) => reason);
  return { tries, ended };
}

describe('repeats', () => {
  it('end with the attempts', async () => {
    const last = error('Unavailable');
    const outcome = await run(policy({ maxAttempts: 2 }), [error(), last, error()]);
    expect(outcome).toEqual({ tries: 2, ended: last });
  });

  it('end with the time there is for them', async () => {
    const { tries, ended } = await run(policy({ retryBudgetMs: 1, maxAttempts: 50 }), [
      ...Array.from({ length: 50 }, () => error('RateLimited')),
    ]);
    expect(tries).toBeLessThan(50);
    expect(ended).toMatchObject({ code: 'RateLimited' });
  });

  it('are not for what cannot change', async () => {
    const codes = ['PermissionDenied', 'ChecksumMismatch', 'Unknown', 'Aborted'] as const;
    for (const code of codes) expect((await run(policy(), [error(code)])).tries).toBe(1);
    expect((await run(policy(), [new TypeError('a bug')])).tries).toBe(1);
    const gone = error('Unavailable', new S3Failure('NoSuchUpload', 'gone'));
    expect((await run(policy(), [gone])).tries).toBe(1);
  });

  it('wait as long as the store asks, and not at all where that is too long', async () => {
    const asks = (retryAfterMs: number) =>
      error('RateLimited', new S3Failure('SlowDown', 'slow', { status: 503, retryAfterMs }));
    const began = performance.now();
    expect((await run(policy(), [asks(120)])).ended).toBe('done');
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);
    const late = asks(120_000);
    expect(await run(policy(), [late])).toEqual({ tries: 1, ended: late });
  });

  it('stop at an abort', async () => {
    const controller = new AbortController();
    const call = { ...CALL, signal: controller.signal };
    const waits = error('RateLimited', new S3Failure('SlowDown', 's', { retryAfterMs: 30_000 }));
    const running = withRetry(call, policy(), () => Promise.reject(waits));
    setImmediate(() => controller.abort());
    await expect(running).rejects.toMatchObject({ code: 'Aborted' });
  });
});

describe('the quota of repeats', () => {
  it('runs out while everything fails, so that the store is left alone', async () => {
    const quota = new RetryQuota();
    let tries = 0;
    for (let call = 0; call < 200; call++)
      tries += (await run(policy({ quota }), [error('CredentialsExpired'), error('NotFound')]))
        .tries;
    expect(tries).toBeLessThan(200 + 110);
  });

  it('comes back as requests succeed', async () => {
    const quota = new RetryQuota();
    while (quota.take(error()) !== undefined);
    const failing = [error('CredentialsExpired')];
    expect((await run(policy({ quota }), failing)).tries).toBe(1);
    for (let i = 0; i < 5; i++) await run(policy({ quota }), []);
    expect((await run(policy({ quota }), failing)).tries).toBe(2);
  });

  it('is given back by a repeat that helped', async () => {
    const quota = new RetryQuota();
    for (let call = 0; call < 300; call++)
      expect((await run(policy({ quota }), [error('CredentialsExpired')])).ended).toBe('done');
  });
});
