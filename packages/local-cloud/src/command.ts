import type { Writable } from 'node:stream';
import type { AuthServer } from '@data-universe/auth-lambda';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { startCredentialService } from './credential-service.ts';
import { type LocalCloud, startLocalCloud } from './local-cloud.ts';

export interface CommandIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Resolves when the cloud is to stop. */
  readonly stopped: Promise<void>;
}

interface Options {
  readonly dir: string;
  readonly port: number;
  readonly registry?: string;
  readonly authPort: number;
  readonly presigned?: true;
}

const WRONG_USAGE = 2;
const HELP = `
When it is ready it prints one line of JSON: endpoint, sts_endpoint, region, bucket, admin (may do
everything), service (may assume the two roles), roles and, with --registry, auth_endpoint.
It listens on 127.0.0.1 alone, and it stops cleanly on SIGINT and SIGTERM.

Examples:
  $ data-universe-cloud --dir ./cloud
  $ data-universe-cloud --dir ./cloud --port 9000 --registry neurons.json --auth-port 8787

Exit codes: 0 stopped by a signal, 2 wrong usage or configuration.
`;

/** Runs a cloud until it is to stop, and resolves to the exit code. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const command = makeCommand(io).parse(args, { from: 'user' });
    await serve(command.opts<Options>(), io);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    const reason = error instanceof Error ? error.message : 'it could not start';
    io.stderr.write(`data-universe-cloud: ${reason}\n`);
    return WRONG_USAGE;
  }
}

function makeCommand(io: CommandIo): Command {
  return new Command('data-universe-cloud')
    .description(
      'S3 and STS that enforce signatures, roles and session policies, for development only:\nkeys are printed, and kept on disk in plain text.',
    )
    .requiredOption('--dir <dir>', 'where objects and keys are kept; made where absent')
    .option('--port <number>', 'port of S3 and STS, 0 for any free one', port, 0)
    .option('--registry <file>', 'start the credential service too, for this static registry')
    .option('--auth-port <number>', 'port of the credential service, 0 for any', port, 0)
    .option(
      '--presigned',
      'the credential service signs single requests, as for stores without STS',
    )
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
}

async function serve(options: Options, io: CommandIo): Promise<void> {
  const cloud = await startLocalCloud({ directory: options.dir, port: options.port });
  try {
    const auth = await startAuth(cloud, options, io);
    try {
      io.stdout.write(`${JSON.stringify(readiness(cloud, auth))}\n`);
      await io.stopped;
    } finally {
      await auth?.close();
    }
  } finally {
    await cloud.close();
  }
}

async function startAuth(
  cloud: LocalCloud,
  { registry, authPort, presigned }: Options,
  io: CommandIo,
): Promise<AuthServer | undefined> {
  if (registry === undefined) return undefined;
  return startCredentialService({
    cloud,
    registryFile: registry,
    port: authPort,
    audit: io.stderr,
    presigned: presigned && { ...cloud, key: cloud.admin },
  });
}

const readiness = (cloud: LocalCloud, auth: AuthServer | undefined) => ({
  endpoint: cloud.endpoint,
  sts_endpoint: cloud.endpoint,
  region: cloud.region,
  bucket: cloud.bucket,
  admin: cloud.admin,
  service: cloud.service,
  roles: cloud.roles,
  ...(auth === undefined ? {} : { auth_endpoint: auth.url }),
});

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  }
  return Number(text);
}
