import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { StateError } from '../state/state-error.ts';
import { addCheckStoreCommand, UnsafeStoreError } from './check-store-command.ts';
import { commandConfigSchema } from './command-config.ts';
import type { CommandIo } from './command-io.ts';
import { addLeverCommands } from './lever-commands.ts';
import { mergedConfig } from './read-config-file.ts';
import { type CommandService, serveCommandConfig } from './serve-command-config.ts';
import { serviceKeys } from './service-keys.ts';

const FINDING = 1;
const WRONG_USAGE = 2;
const TRY_AGAIN = 3;

const EXAMPLES = `
Every flag but --config can stand in the configuration file, in snake_case:
  {"registry": "neurons.json", "bucket": "my-bucket", "upload_role_arn": "arn:...", ...}
The file also takes denied_hotkeys, paused, uploads_per_day, reads_per_day, requests_per_second,
request_burst, min_stake, stake_source, genesis_hash, max_block_age_seconds, chain_fresh_seconds,
chain_stale_seconds, session_seconds, source_identity (false for an STS without it), pause_cache_ms,
registry_timeout_ms, issuer_timeout_ms, state_timeout_ms, trust_proxy_header, metrics_host,
max_connections and max_connections_per_address. Flags win over the file.

older_forms, a list of first-upload, first-read and tao-v2, accepts requests of earlier Python clients
too: none of them says which service it was signed for, so name what your clients need and no more.

For a store without STS, mode: presigned gives signatures for single requests in place of credentials.
The key that signs is DATA_UNIVERSE_STORE_ACCESS_KEY_ID and DATA_UNIVERSE_STORE_SECRET_ACCESS_KEY, or
else that of AWS_ACCESS_KEY_ID; the file takes presign_seconds (300), presign_create_only,
presign_checksums and presign_private_acl. Try a store with check-store first.

Nonces, quotas and levers are in the memory of this one process, unless --state-file or
--state-table is given: then any number of processes share them, and deny, allow, pause, resume and
levers move them while the service runs.

The service signs to STS with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
When it is ready it prints one line of JSON; each decision is one line of JSON in the audit log.
After SIGHUP the audit log goes on in a new file of its name.

Examples:
  $ data-universe-auth --config auth.json
  $ data-universe-auth --config auth.json --port 8787 --audience https://auth.example.com/auth
  $ data-universe-auth --registry neurons.json --bucket my-bucket \\
      --endpoint http://127.0.0.1:9000 --sts-endpoint http://127.0.0.1:9000 \\
      --upload-role-arn arn:aws:iam::123456789012:role/uploader \\
      --read-role-arn arn:aws:iam::123456789012:role/reader
  $ data-universe-auth deny 5F... --config auth.json --reason "ticket 7"
  $ data-universe-auth deny --help

Exit codes: 0 done, or stopped by a signal; 1 a store that check-store found unsafe; 2 wrong usage or
configuration; 3 the state could not be reached: try again.
`;

function makeProgram(io: CommandIo, serve: (flags: object) => Promise<void>): Command {
  const program = new Command('data-universe-auth')
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
    .option(
      '--chain-endpoints <url...>',
      'who is registered: nodes of the chain, JSON-RPC over https; a URL with a key belongs in the file',
    )
    .option('--mode <mode>', 'credentials, or presigned for a store without STS (credentials)')
    .option('--bucket <name>', 'bucket that the credentials open')
    .option('--region <name>', 'its region (us-east-1)')
    .option('--endpoint <url>', 'where clients find an S3-compatible store (AWS)')
    .option('--sts-endpoint <url>', 'where the service finds STS (AWS)')
    .option('--upload-role-arn <arn>', 'role that uploaders assume')
    .option('--read-role-arn <arn>', 'role that readers assume')
    .option('--state-file <file>', 'SQLite file that processes of this machine share (memory)')
    .option('--state-table <name>', 'DynamoDB table that processes of all machines share (memory)')
    .option('--dynamodb-endpoint <url>', 'where the table is (AWS)')
    .option('--audit-file <file>', 'append the audit log to a file (standard error)')
    .option(
      '--metrics-port <number>',
      'answer Prometheus there, on 127.0.0.1 (no metrics)',
      integer,
    )
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    // An option that stands behind a command is the command's own.
    .enablePositionalOptions()
    .action(serve)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  addLeverCommands(program, io);
  addCheckStoreCommand(program, io);
  return program;
}

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/**
 * Does what a command line says. For the service: starts it, prints its line of readiness and returns it. For one of the
 * owner's commands, and without a service, there is the exit code; the reason has been said on `stderr`.
 */
export async function startFromCommandLine(
  args: readonly string[],
  io: CommandIo,
): Promise<CommandService | { readonly exitCode: number }> {
  let started: CommandService | undefined;
  const program = makeProgram(io, async (flags) => {
    started = await serve({ ...flags }, io);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return started ?? { exitCode: 0 };
  } catch (error) {
    if (error instanceof CommanderError)
      return { exitCode: error.exitCode === 0 ? 0 : WRONG_USAGE };
    io.stderr.write(`data-universe-auth: ${explain(error)}\n`);
    if (error instanceof UnsafeStoreError) return { exitCode: FINDING };
    return { exitCode: error instanceof StateError && error.retryable ? TRY_AGAIN : WRONG_USAGE };
  }
}

async function serve(flags: Record<string, unknown>, io: CommandIo): Promise<CommandService> {
  const config = commandConfigSchema.parse(await mergedConfig(flags));
  const server = await serveCommandConfig(config, serviceKeys(config, io.env), io.stderr);
  const { network, netuid, mode, bucket, region, endpoint } = config;
  const { url, audience, state, metrics, warnings } = server;
  const place = { url, audience, network, netuid, mode, bucket, region, endpoint, state };
  io.stdout.write(`${JSON.stringify({ event: 'ready', ...place, metrics, warnings })}\n`);
  return server;
}

function explain(error: unknown): string {
  if (error instanceof z.ZodError)
    return `the configuration is not valid; see --help.\n${z.prettifyError(error)}`;
  return error instanceof Error ? error.message : 'it could not start';
}
