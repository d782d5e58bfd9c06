import { type CheckStoreOptions, checkStore } from '@data-universe/auth-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';
import { type Server, startOnCeph, startOnLocalCloud } from './isolation/server.ts';

describe('the local cloud, tried by check-store', () => {
  const check = checking(startOnLocalCloud);

  it('holds to signatures', async () => {
    const findings = await check();
    expect(findings.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(findings.length).toBeGreaterThan(18);
  });

  it('has no answer for a wrong key, and the rest is not tried', async () => {
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    expect(await check({ credentials })).toEqual([
      { attempt: 'a put as it was signed', status: 403, problem: 'it is not served' },
    ]);
  });

  it('is not there', async () => {
    const [finding] = await check({ endpoint: 'http://127.0.0.1:1' });
    expect(finding).toMatchObject({ status: 0, problem: expect.stringContaining('no answer') });
  });
});

describeWithCeph('Ceph RGW, tried by check-store', () => {
  const check = checking(async () => startOnCeph(await sharedCeph()));

  it('holds to signatures where an ACL is signed', async () => {
    const findings = await check({ privateAcl: true });
    expect(findings.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it('is found out where none is', async () => {
    const problems = (await check()).filter(({ problem }) => problem !== undefined);
    expect(problems.map(({ attempt }) => attempt)).toEqual([
      'a put with x-amz-acl added: its ACL',
      'a put with x-amz-grant-read added: its ACL',
    ]);
  });
});

function checking(start: () => Promise<Server>) {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  }, 120_000);
  afterAll(() => server.stop());
  return (options: Partial<CheckStoreOptions> = {}) => {
    const { bucket, region, endpoint, admin: credentials } = server;
    return checkStore({ bucket, region, endpoint, credentials, ...options });
  };
}
