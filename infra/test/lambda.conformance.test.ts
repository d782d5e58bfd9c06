import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  type AccessGrant,
  type AccessScope,
  accessGrantSchema,
  accessRefusalSchema,
  createAccessRequest,
  type Signer,
  signerFromUri,
} from '@data-universe/core-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  callDynamo,
  DYNAMO_KEYS,
  makeTable,
  type Table,
} from '../../packages/auth-lambda/test/dynamo-server.ts';
import {
  type Server,
  startOnCeph,
  startOnLocalCloud,
} from '../../packages/local-cloud/test/isolation/server.ts';
import { GENESIS, ScriptedChain } from '../../packages/subtensor/test/support/scripted-chain.ts';
import { describeWithCeph, sharedCeph } from '../../scripts/ceph/for-tests.ts';
import { describeWithRuntimeClient } from '../../scripts/lambda/for-tests.ts';
import { HTTP_EVENTS } from './lambda/events.ts';
import { LambdaProcess } from './lambda/lambda-process.ts';
import { DENIED, outcome } from './outcome.ts';

const AUDIENCE = 'https://auth.example.com/auth';
const MEGABYTE = 1_000_000;

// Whom the recorded chain knows, and whom not.
const miner = signerFromUri('//miner');
const validator = signerFromUri('//validator');
const stranger = signerFromUri('//Eve');

const upload: AccessScope = { action: 'upload', source: 'x' };
const read: AccessScope = { action: 'read', minerHotkey: miner.address };

const httpAnswer = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  isBase64Encoded: z.literal(false),
});

function signed(signer: Signer, scope: AccessScope): string {
  const addressee = { network: 'private', netuid: 13, audience: AUDIENCE };
  return JSON.stringify(createAccessRequest(scope, { ...addressee, signer }));
}

describeWithRuntimeClient("the bundle under AWS' runtime interface client", () => {
  describe('with the local cloud', () => lambdaOver(startOnLocalCloud));
  describeWithCeph('with Ceph RGW', () => lambdaOver(async () => startOnCeph(await sharedCeph())));
});

function lambdaOver(start: () => Promise<Server>): void {
  let server: Server;
  let chain: ScriptedChain;
  let table: Table;
  let folder: string;
  let lambda: LambdaProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lambda-'));
    const script = join(import.meta.dirname, '../../packages/auth-lambda/scripts/bundle.mjs');
    const bundled = promisify(execFile)(process.execPath, [script, join(folder, 'lambda')]);
    [server, table, chain] = await Promise.all([
      start(),
      makeTable(),
      ScriptedChain.start(Date.now() - 20_000),
      bundled,
    ]);
    lambda = await LambdaProcess.start(join(folder, 'lambda'), environment());
  }, 120_000);
  afterAll(async () => {
    await lambda?.stop();
    await chain?.close();
    await server?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const environment = () => ({
    AWS_ACCESS_KEY_ID: server.service.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.service.secretAccessKey,
    DATA_UNIVERSE_AUDIENCE: AUDIENCE,
    DATA_UNIVERSE_NETWORK: 'private',
    DATA_UNIVERSE_NETUID: '13',
    DATA_UNIVERSE_GENESIS_HASH: GENESIS,
    DATA_UNIVERSE_BUCKET: server.bucket,
    DATA_UNIVERSE_REGION: server.region,
    DATA_UNIVERSE_UPLOAD_ROLE_ARN: server.roles.upload,
    DATA_UNIVERSE_READ_ROLE_ARN: server.roles.read,
    DATA_UNIVERSE_STATE_TABLE: table.table,
    DATA_UNIVERSE_CHAIN_ENDPOINTS: chain.url,
    DATA_UNIVERSE_STORE_ENDPOINT: server.endpoint,
    DATA_UNIVERSE_STS_ENDPOINT: server.endpoint,
    DATA_UNIVERSE_DYNAMODB_ENDPOINT: table.endpoint,
  });

  const byHttp = async (body: string) =>
    httpAnswer.parse(await lambda.invoke(HTTP_EVENTS['API Gateway, payload format 2.0'](body)));
  const grantOf = async (signer: Signer, scope: AccessScope) =>
    accessGrantSchema.parse(JSON.parse((await byHttp(signed(signer, scope))).body));
  const refusalOf = async (body: string) => {
    const answer = await byHttp(body);
    const { error } = accessRefusalSchema.parse(JSON.parse(answer.body));
    return `${error.code} ${answer.statusCode}`;
  };
  const put = async (grant: AccessGrant, Key: string) => {
    const { access_key_id, secret_access_key, session_token } = grant.credentials;
    const client = new S3Client({
      endpoint: grant.endpoint ?? '',
      region: grant.region,
      forcePathStyle: true,
      credentials: {
        accessKeyId: access_key_id,
        secretAccessKey: secret_access_key,
        sessionToken: session_token,
      },
    });
    const putting = new PutObjectCommand({ Bucket: grant.bucket, Key, Body: 'x' });
    return outcome(client.send(putting)).finally(() => client.destroy());
  };

  it.each(Object.entries(HTTP_EVENTS))('grants what opens the store, by %s', async (_, eventOf) => {
    const answer = httpAnswer.parse(await lambda.invoke(eventOf(signed(miner, upload))));
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    const grant = accessGrantSchema.parse(JSON.parse(answer.body));
    expect(await put(grant, `${grant.prefixes[0]}object`)).toBe('done');
    expect(await put(grant, `data/x/${validator.address}/object`)).toBe(DENIED);
  });

  it('grants what opens the store, by a direct invocation', async () => {
    const answer = await lambda.invoke(JSON.parse(signed(miner, upload)));
    const grant = accessGrantSchema.parse(answer);
    expect(await put(grant, `${grant.prefixes[0]}object`)).toBe('done');
  });

  it("opens a miner's data to a validator, and to nobody else", async () => {
    const grant = await grantOf(validator, read);
    expect(grant.prefixes).toHaveLength(3);
    expect(await put(grant, `${grant.prefixes[0]}object`)).toBe(DENIED);
    expect(await refusalOf(signed(miner, read))).toBe('NoValidatorPermit 403');
    expect(await refusalOf(signed(stranger, upload))).toBe('NotRegistered 403');
  });

  it('serves a request once, however often and at once it comes', async () => {
    const body = signed(miner, upload);
    const answers = await Promise.all(Array.from({ length: 8 }, () => byHttp(body)));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
  });

  it('refuses what is altered, too large, no request, or of no kind it knows', async () => {
    const altered = signed(miner, upload).replace('"x"', '"reddit"');
    expect(await refusalOf(altered)).toBe('BadSignature 401');
    expect(await refusalOf('x'.repeat(MEGABYTE))).toBe('TooLarge 413');
    expect(await refusalOf('{}')).toBe('BadRequest 400');
    const other = { requestContext: { elb: { targetGroupArn: 'arn' } }, httpMethod: 'POST' };
    const answer = httpAnswer.parse(await lambda.invoke(other));
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('invoke it in one of these ways');
  });

  it('does as the owner says in the table', async () => {
    const key = { pk: { S: `deny#${miner.address}` } };
    await callDynamo(table, 'PutItem', { Item: key });
    expect(await refusalOf(signed(miner, upload))).toBe('Denied 403');
    await callDynamo(table, 'DeleteItem', { Key: key });
    expect((await byHttp(signed(miner, upload))).statusCode).toBe(200);
  });

  it('writes a line for each decision, from the address that the gateway saw, and no secret', async () => {
    const grant = await grantOf(miner, upload);
    const line = lambda.log.find(({ request_id }) => request_id === grant.request_id);
    expect(line).toMatchObject({
      decision: 'granted',
      hotkey: miner.address,
      uid: expect.any(Number),
      source_address: '203.0.113.2',
    });
    const metric = lambda.log.find((each) => '_aws' in each && each.code === 'Granted');
    expect(metric).toMatchObject({ Decisions: 1, ChainAgeSeconds: expect.any(Number) });
    for (const secret of [
      grant.credentials.secret_access_key,
      grant.credentials.session_token,
      server.service.secretAccessKey,
      DYNAMO_KEYS.secretAccessKey,
      'key-of-a-customer',
    ])
      expect(lambda.output).not.toContain(secret);
  });

  it('stays under 90 MB, decision after decision', async (context) => {
    for (let count = 0; count < 120; count += 1) await byHttp(signed(miner, upload));
    const { peakMemory } = lambda;
    if (peakMemory === undefined) context.skip('only Linux tells the peak of a process');
    expect(peakMemory).toBeLessThan(90 * MEGABYTE);
    await context.annotate(`peak ${Math.round((peakMemory ?? 0) / MEGABYTE)} MB`);
  });

  it('refuses while the chain is away, and says which endpoint in its log alone', async () => {
    const fresh = await LambdaProcess.start(join(folder, 'lambda'), {
      ...environment(),
      DATA_UNIVERSE_CHAIN_ENDPOINTS: 'http://127.0.0.1:9/secret-path',
    });
    try {
      const event = HTTP_EVENTS['API Gateway, payload format 2.0'](signed(miner, upload));
      const answer = httpAnswer.parse(await fresh.invoke(event));
      expect(answer.statusCode).toBe(503);
      expect(answer.body).toContain('ChainUnavailable');
      expect(answer.body).not.toContain('127.0.0.1');
      expect(fresh.output).toContain('127.0.0.1:9');
      expect(fresh.output).not.toContain('secret-path');
    } finally {
      await fresh.stop();
    }
  });

  it('does not start in an environment that it can not use, and names what is wrong', async () => {
    const { DATA_UNIVERSE_BUCKET: _, ...incomplete } = environment();
    const broken = await LambdaProcess.start(join(folder, 'lambda'), incomplete);
    try {
      await expect(broken.invoke({})).rejects.toThrow('DATA_UNIVERSE_BUCKET');
    } finally {
      await broken.stop();
    }
  });
}
