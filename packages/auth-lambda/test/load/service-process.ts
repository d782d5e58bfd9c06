import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Signer } from '@data-universe/core-auth';
import { z } from 'zod';

const GRANTED = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2038-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

const readySchema = z.object({ url: z.string(), audience: z.string(), metrics: z.string() });

export interface ServiceProcess {
  readonly url: string;
  readonly audience: string;
  /** Value of a metric without labels, or with those given. */
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

/** The credential service as it is installed, in a process of its own, with an STS that always grants. */
export async function startServiceProcess(
  bin: string,
  miners: readonly Signer[],
): Promise<ServiceProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'auth-load-'));
  const sts = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/xml' }).end(GRANTED);
    });
  });
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  const stsUrl = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  const neurons = miners.map(({ address }, uid) => ({
    uid,
    hotkey: address,
    validator_permit: false,
  }));
  const config = {
    registry: join(folder, 'neurons.json'),
    bucket: 'my-bucket',
    endpoint: stsUrl,
    sts_endpoint: stsUrl,
    upload_role_arn: 'arn:aws:iam::123456789012:role/uploader',
    read_role_arn: 'arn:aws:iam::123456789012:role/reader',
    audit_file: join(folder, 'audit.jsonl'),
    metrics_port: 0,
    trust_proxy_header: true,
  };
  await writeFile(config.registry, JSON.stringify({ network: 'finney', netuid: 13, neurons }));
  const configFile = join(folder, 'auth.json');
  await writeFile(configFile, JSON.stringify(config));
  const child = spawn(process.execPath, [bin, '--config', configFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
  });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
  ]);
  const ready = readySchema.parse(JSON.parse(String(line)));
  return {
    ...ready,
    async metric(name) {
      const text = await (await fetch(ready.metrics)).text();
      const found = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
      return Number(found?.slice(name.length + 1));
    },
    async close() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      sts.closeAllConnections();
      sts.close();
      await rm(folder, { recursive: true });
    },
  };
}
