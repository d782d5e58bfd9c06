import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { awsEnvironmentSchema } from '../aws/aws-credentials.ts';
import type { AuthServer } from './auth-server.ts';
import { commandConfigSchema } from './command-config.ts';
import { serveCommandConfig } from './serve-command-config.ts';

export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const WRONG_USAGE = 2;

const EXAMPLES = `
Every flag but --config can stand in the configuration file, in snake_case:
  {"registry": "neurons.json", "bucket": "my-bucket", "upload_role_arn": "arn:...", ...}
The file also takes denied_hotkeys, uploads_per_day, reads_per_day, requests_per_second,
request_burst, session_seconds, source_identity (false for an STS without it), registry_timeout_ms,
issuer_timeout_ms and trust_proxy_header. Flags win over the file.

The service signs to STS with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
When it is ready it prints one line of JSON; each decision is one line of JSON in the audit log.

Examples:
  $ data-universe-auth --config auth.json
  $ data-universe-auth --config auth.json --port 8787 --audience https://auth.example.com/auth
  $ data-universe-auth --registry neurons.json --bucket my-bucket \\
      --endpoint http://127.0.0.1:9000 --sts-endpoint http://127.0.0.1:9000 \\
      --upload-role-arn arn:aws:iam::123456789012:role/uploader \\
      --read-role-arn arn:aws:iam::123456789012:role/reader

Exit codes: 0 stopped by a signal, 2 wrong usage or configuration.
`;

function makeCommand(io: CommandIo): Command {
  return new Command('data-universe-auth')
    .description('Hands out short-lived storage credentials to hotkeys that sign for them.')
    .option('--config <file>', 'configuration, as JSON')
    .option(
      '--host <address>',
      'where to listen; plain HTTP, so keep the default but behind TLS (127.0.0.1)',
    )
    .option('--port <number>', 'port, 0 for any free one (0)', integer)
    .option(
      '--audience <url>',
      'public URL that requests must be signed for (the URL it listens on)',
    )
    .option('--network <name>', 'network that requests must be signed for (finney)')
    .option('--netuid <number>', 'subnet (13)', integer)
    .option('--registry <file>', 'who is registered: a static registry, as JSON')
    .option('--bucket <name>', 'bucket that the credentials open')
    .option('--region <name>', 'its region (us-east-1)')
    .option('--endpoint <url>', 'where clients find an S3-compatible store (AWS)')
    .option('--sts-endpoint <url>', 'where the service finds STS (AWS)')
    .option('--upload-role-arn <arn>', 'role that uploaders assume')
    .option('--read-role-arn <arn>', 'role that readers assume')
    .option('--audit-file <file>', 'append the audit log to a file (standard error)')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
}

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/**
 * Starts the service that a command line describes and prints its line of readiness. Without a
 * service there is the exit code, and the reason has been said on `stderr`.
 */
export async function startFromCommandLine(
  args: readonly string[],
  io: CommandIo,
): Promise<AuthServer | { readonly exitCode: number }> {
  try {
    const command = makeCommand(io).parse(args, { from: 'user' });
    const config = commandConfigSchema.parse(await mergedConfig(command.opts()));
    const credentials = awsEnvironmentSchema.parse(io.env);
    const server = await serveCommandConfig(config, credentials, io.stderr);
    const { network, netuid, bucket, region, endpoint } = config;
    const { url, audience } = server;
    const place = { url, audience, network, netuid, bucket, region, endpoint };
    io.stdout.write(`${JSON.stringify({ event: 'ready', ...place })}\n`);
    return server;
  } catch (error) {
    if (error instanceof CommanderError)
      return { exitCode: error.exitCode === 0 ? 0 : WRONG_USAGE };
    io.stderr.write(`data-universe-auth: ${explain(error)}\n`);
    return { exitCode: WRONG_USAGE };
  }
}

async function mergedConfig(flags: Record<string, unknown>): Promise<object> {
  const { config: path, ...others } = flags;
  const file = typeof path === 'string' ? await readConfigFile(path) : {};
  const named = Object.entries(others).map(([name, value]) => [snakeCase(name), value]);
  return { ...file, ...Object.fromEntries(named) };
}

async function readConfigFile(path: string): Promise<object> {
  const text = await readFile(path, 'utf8');
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} is not a JSON object; correct it`);
  }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function explain(error: unknown): string {
  if (error instanceof z.ZodError)
    return `the configuration is not valid; see --help.\n${z.prettifyError(error)}`;
  return error instanceof Error ? error.message : 'it could not start';
}
