import { randomBytes } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import {
  createAccessHandler,
  MemoryAuditSink,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  StsIssuer,
  startAuthServer,
  systemClock,
  TokenBucketLimiter,
} from '@data-universe/auth-lambda';
import { type HotkeyAddress, signerFromSeed, verifySignature } from '@data-universe/core-auth';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { runOlderClient } from '../../../auth-lambda/test/python/run-python.ts';
import { type Harness, startHarness } from '../support/harness.ts';

const required = process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';

function makeHotkey() {
  const seed = randomBytes(32);
  return { seed: seed.toString('hex'), address: signerFromSeed(seed).address };
}

const miner = makeHotkey();
const neighbour = makeHotkey();
const validator = makeHotkey();
const file = 'x_data_chunk_0_1750000000.parquet';

let harness: Harness;
let closeServer: () => Promise<void>;
let common: {
  readonly url: string;
  readonly store: string;
  readonly region: string;
  readonly bucket: string;
};

beforeAll(async () => {
  harness = await startHarness();
  const { endpoint, region, bucket, roles, service } = harness.cloud;
  const uids = [validator, miner, neighbour].map(({ address }) => address);
  const lookup = async (_: number, hotkey: HotkeyAddress) =>
    uids.includes(hotkey)
      ? {
          registered: true as const,
          uid: uids.indexOf(hotkey),
          validatorPermit: hotkey === uids[0],
        }
      : { registered: false as const };
  const ports = {
    clock: systemClock,
    addressLimiter: new TokenBucketLimiter(),
    nonces: new MemoryNonceStore(),
    registry: { lookup },
    levers: new MemoryOwnerLevers(),
    verify: verifySignature,
    quota: new MemoryQuotaStore(),
    issuer: new StsIssuer({
      region,
      endpoint,
      uploadRoleArn: roles.upload,
      readRoleArn: roles.read,
      credentials: service,
    }),
    audit: new MemoryAuditSink(),
  };
  const server = await startAuthServer({
    handlerFor: (audience) =>
      createAccessHandler(
        {
          ...{ audience, network: 'finney', netuid: 13, bucket, region, endpoint },
          older_forms: ['first-upload', 'first-read'],
        },
        ports,
      ),
  });
  closeServer = () => server.close();
  common = { url: server.url, store: endpoint, region, bucket };
});
afterAll(async () => {
  await closeServer();
  await harness.stop();
});

/** Skips the test where there is no Python. */
async function run(context: TestContext, task: object) {
  const answer = await runOlderClient({ ...common, ...task });
  if (answer === undefined && !required) context.skip('no python3');
  return answer;
}

const upload = (hotkey: { readonly seed: string }, content: string) => ({
  ...{ do: 'upload', seed: hotkey.seed, source: 2, file, content },
});
const read = (owner: { readonly address: string }, source: number) => ({
  ...{ do: 'read', seed: validator.seed, miner_hotkey: owner.address, source },
});

describe('a miner and a validator of the first form, in Python, with a new URL and nothing else', () => {
  test('the one uploads what the other lists and reads', async (context) => {
    const key = `data/2/${miner.address}/${file}`;
    expect(await run(context, upload(miner, 'rows of X'))).toMatchObject({ s3_path: key });
    await run(context, upload(neighbour, 'rows of another'));
    expect(await run(context, read(miner, 2))).toMatchObject({ files: { [key]: 'rows of X' } });
    expect(await run(context, read(neighbour, 1))).toMatchObject({ files: {} });
    const admin = harness.s3(harness.cloud.admin);
    const stored = await admin.send(new GetObjectCommand({ Bucket: common.bucket, Key: key }));
    expect(await stored.Body?.transformToString()).toBe('rows of X');
  });

  test("the one's credentials open no neighbour's folder", async (context) => {
    const answer = await run(context, upload(miner, 'rows of X'));
    const { AccessKeyId, SecretAccessKey, SessionToken } = Object(answer?.credentials);
    const client = harness.s3({
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    });
    const keys = [`data/2/${neighbour.address}/${file}`, `data/1/${miner.address}/${file}`];
    for (const Key of keys)
      await expect(
        client.send(new GetObjectCommand({ Bucket: common.bucket, Key })),
      ).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});
