import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type AccessScope, createAccessRequest, type Signer } from '@data-universe/core-auth';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { startFromCommandLine } from '../src/server/auth-command.ts';
import { miner, validator } from './service-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const ENV = { AWS_ACCESS_KEY_ID: 'AKIASERVICE', AWS_SECRET_ACCESS_KEY: 'service-secret' };

export const ROLES = {
  upload_role_arn: 'arn:aws:iam::123456789012:role/uploader',
  read_role_arn: 'arn:aws:iam::123456789012:role/reader',
};

export async function writeRegistry(folder: string, netuid = 13): Promise<string> {
  const path = join(folder, 'neurons.json');
  const neurons = [
    { uid: 7, hotkey: miner.address, validator_permit: false },
    { uid: 1, hotkey: validator.address, validator_permit: true },
  ];
  await writeFile(path, JSON.stringify({ network: 'finney', netuid, neurons }));
  return path;
}

/** A file of its own, for one test. */
export async function writeConfig(config: object): Promise<string> {
  const path = join(await temporaryFolder(), 'auth.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}

function collector(): { stream: Writable; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

/** The program, within this process; a service that it starts ends with the test. */
export async function run(args: readonly string[], env: Record<string, string> = ENV) {
  const [stdout, stderr] = [collector(), collector()];
  const io = { env, stdout: stdout.stream, stderr: stderr.stream };
  const started = await startFromCommandLine(args, io);
  if ('close' in started) onTestFinished(() => started.close());
  const exitCode = 'exitCode' in started ? started.exitCode : undefined;
  const reopenAuditLog = async () => 'close' in started && (await started.reopenAuditLog?.());
  return { exitCode, stdout: stdout.text, stderr: stderr.text, reopenAuditLog };
}

const readySchema = z.object({
  event: z.literal('ready'),
  url: z.string(),
  state: z.string(),
  warnings: z.array(z.string()),
});
const answerSchema = z.object({ error: z.object({ code: z.string() }).optional() });

/** A running service, and what it says to a request signed just now: `Granted`, or the code of its refusal. */
export async function serve(config: object) {
  const service = await run(['--config', await writeConfig(config)]);
  if (service.exitCode !== undefined) throw new Error(service.stderr());
  const ready = readySchema.parse(JSON.parse(service.stdout()));
  const { network = 'finney' } = z.object({ network: z.string().optional() }).parse(config);
  const ask = async (signer: Signer, scope: AccessScope): Promise<string> => {
    const identity = { signer, network, netuid: 13, audience: ready.url };
    const body = JSON.stringify(createAccessRequest(scope, identity));
    const response = await fetch(ready.url, { method: 'POST', body });
    return answerSchema.parse(await response.json()).error?.code ?? 'Granted';
  };
  return { ready, ask, stderr: service.stderr };
}
