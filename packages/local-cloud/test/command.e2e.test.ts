import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AccessError, CredentialsClient, signerFromUri } from '@data-universe/core-auth';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Credentials, refusal } from './support/harness.ts';

const built = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

interface Ready {
  endpoint: string;
  sts_endpoint: string;
  auth_endpoint?: string;
  bucket: string;
  region: string;
  admin: Credentials;
  service: Credentials;
  roles: { upload: string; read: string };
}

let directory: string;
const running: ChildProcess[] = [];
const clients: S3Client[] = [];

beforeAll(() => expect(existsSync(built), 'build the package first').toBe(true));
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'local-cloud-'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
    }
  }
  await rm(directory, { recursive: true, force: true });
});

function run(...args: string[]) {
  const child = spawn(process.execPath, [built, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output, errors })),
  );
  const ready = new Promise<Ready>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/^{.*\n/.test(output)) resolve(JSON.parse(output) as Ready);
    });
    ended.then(({ errors: reason }) => reject(new Error(reason)), reject);
  });
  // Runs that are meant to fail never become ready.
  ready.catch(() => undefined);
  return { child, ready, ended };
}

function s3({ endpoint, region }: Ready, credentials: Credentials): S3Client {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { ...credentials },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

describe('data-universe-cloud', () => {
  it('prints one line of JSON, serves, and stops cleanly on SIGTERM', async () => {
    const { child, ready, ended } = run('--dir', path.join(directory, 'new', 'folder'));
    const line = await ready;
    expect(line).toMatchObject({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      sts_endpoint: line.endpoint,
      bucket: 'data-universe-storage',
      region: 'us-east-1',
      roles: { upload: expect.any(String), read: expect.any(String) },
    });
    const admin = s3(line, line.admin);
    await admin.send(new PutObjectCommand({ Bucket: line.bucket, Key: 'k', Body: 'v' }));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, errors: '' });
  });

  it('keeps its keys from other users of the machine', async () => {
    await run('--dir', directory).ready;
    expect((await stat(path.join(directory, 'keys.json'))).mode & 0o777).toBe(0o600);
  });

  it('after kill -9 in the middle of a PUT has every finished object and nothing of that one', async () => {
    const first = run('--dir', directory);
    const before = await first.ready;
    const admin = s3(before, before.admin);
    const put = (Key: string, Body: string) =>
      admin.send(new PutObjectCommand({ Bucket: before.bucket, Key, Body }));
    await put('finished', 'whole');
    await put('overwritten', 'old');
    const endless = Readable.from(
      (async function* () {
        yield Buffer.alloc(1_000_000);
        await new Promise(() => undefined);
      })(),
    );
    const cut = admin
      .send(
        new PutObjectCommand({
          Bucket: before.bucket,
          Key: 'overwritten',
          Body: endless,
          ContentLength: 2_000_000,
        }),
      )
      .catch((error: unknown) => error);
    const temporary = path.join(directory, 'tmp');
    await expect.poll(() => readdir(temporary)).toHaveLength(1);
    first.child.kill('SIGKILL');
    expect(await cut).toBeInstanceOf(Error);
    await first.ended;

    const after = await run('--dir', directory).ready;
    expect(after.admin).toEqual(before.admin);
    expect(await readdir(temporary)).toEqual([]);
    const reader = s3(after, after.admin);
    for (const [Key, body] of [
      ['finished', 'whole'],
      ['overwritten', 'old'],
    ] as const) {
      const answer = await reader.send(new GetObjectCommand({ Bucket: after.bucket, Key }));
      expect(await answer.Body?.transformToString()).toBe(body);
    }
  });

  it('refuses a directory or a port that is in use, and says which', async () => {
    const { endpoint } = await run('--dir', directory).ready;
    const twice = await run('--dir', directory).ended;
    expect(twice).toMatchObject({ code: 2, errors: expect.stringContaining(directory) });
    const { port } = new URL(endpoint);
    const other = await run('--dir', path.join(directory, 'other'), '--port', port).ended;
    expect(other).toMatchObject({ code: 2, errors: expect.stringContaining(`Port ${port}`) });
  });

  it('exits with 2 for wrong usage and explains itself on --help', async () => {
    expect((await run().ended).code).toBe(2);
    expect((await run('--dir', directory, '--host', '0.0.0.0').ended).code).toBe(2);
    expect((await run('--dir', directory, '--registry', 'absent.json').ended).code).toBe(2);
    const help = await run('--help').ended;
    expect(help).toMatchObject({ code: 0, output: expect.stringContaining('Examples:') });
  });

  it('serves credentials to a registered hotkey with --registry, and to no other', async () => {
    const [miner, stranger] = [signerFromUri('//Miner'), signerFromUri('//Stranger')];
    const registry = path.join(directory, 'neurons.json');
    await writeFile(
      registry,
      JSON.stringify({
        network: 'finney',
        netuid: 13,
        neurons: [{ uid: 1, hotkey: miner.address, validator_permit: false }],
      }),
    );
    const line = await run('--dir', path.join(directory, 'cloud'), '--registry', registry).ready;
    const client = (signer: typeof miner) =>
      new CredentialsClient({
        authEndpoint: line.auth_endpoint ?? '',
        signer,
        network: 'finney',
        netuid: 13,
      });
    const grant = await client(miner).grant({ action: 'upload', source: 'x' });
    const own = s3(line, {
      accessKeyId: grant.credentials.access_key_id,
      secretAccessKey: grant.credentials.secret_access_key,
      sessionToken: grant.credentials.session_token,
    });
    const put = (Key: string) =>
      own.send(new PutObjectCommand({ Bucket: grant.bucket, Key, Body: 'x' }));
    await put(`data/x/${miner.address}/data_1.parquet`);
    expect(await refusal(put(`data/x/${stranger.address}/data_1.parquet`))).toMatchObject({
      status: 403,
    });
    await expect(client(stranger).grant({ action: 'upload', source: 'x' })).rejects.toThrow(
      AccessError,
    );
  });

  it('presigns requests in place of giving credentials with --presigned', async () => {
    const miner = signerFromUri('//Miner');
    const registry = path.join(directory, 'neurons.json');
    const neurons = [{ uid: 1, hotkey: miner.address, validator_permit: false }];
    await writeFile(registry, JSON.stringify({ network: 'finney', netuid: 13, neurons }));
    const folder = path.join(directory, 'cloud');
    const line = await run('--dir', folder, '--registry', registry, '--presigned').ready;
    const authEndpoint = line.auth_endpoint ?? '';
    const options = { authEndpoint, signer: miner, network: 'finney', netuid: 13 };
    const requests = new CredentialsClient(options).presignedRequests({
      action: 'upload',
      source: 'x',
    });
    const { url } = await requests.request({ op: 'list', prefix: `data/x/${miner.address}/` });
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(`${url}&delimiter=x`)).status).toBe(403);
  });
});
