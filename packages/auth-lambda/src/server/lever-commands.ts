import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { awsEnvironmentSchema } from '../aws/aws-credentials.ts';
import { openDynamoState } from '../state/dynamodb/dynamo-state.ts';
import type { LeverControl } from '../state/lever-control.ts';
import { PAUSED_ACTIONS } from '../state/owner-levers.ts';
import type { SharedState } from '../state/shared-state.ts';
import { type StateConfig, stateConfigSchema } from './command-config.ts';
import type { CommandIo } from './command-io.ts';
import { describeChange, describeLevers, type LeverOrder } from './lever-text.ts';
import { mergedConfig } from './read-config-file.ts';

/** Adds the owner's commands to the program. */
export function addLeverCommands(program: Command, io: CommandIo): void {
  const add = (name: string, does: string, example: string) =>
    program
      .command(name)
      .description(does)
      .option('--config <file>', 'configuration of the service, which says where its state is')
      .option('--state-file <file>', 'its SQLite file')
      .option('--state-table <name>', 'its DynamoDB table')
      .option('--region <name>', 'region of the table (us-east-1)')
      .option('--dynamodb-endpoint <url>', 'where the table is (AWS)')
      .option('--json', 'print one line of JSON')
      .addHelpText('after', `\nExamples:\n${example}\n${NOTES}`)
      .allowExcessArguments(false);
  const reason = '--reason <text>';
  const why = 'why, for whoever looks later: at most 200 characters';
  const actions = 'all, upload or read';

  add('deny', 'Gives a hotkey nothing any more, from its next request on.', DENY_EXAMPLES)
    .argument('<hotkey>', 'its ss58 address', parsed(hotkeySchema))
    .option(reason, why, parsed(reasonSchema))
    .action((hotkey, options) =>
      run({ command: 'deny', hotkey, ...reasonOf(options) }, options, io),
    );
  add(
    'allow',
    'Takes the denial of a hotkey back.',
    '  $ data-universe-auth allow 5F... --config auth.json',
  )
    .argument('<hotkey>', 'its ss58 address', parsed(hotkeySchema))
    .action((hotkey, options) => run({ command: 'allow', hotkey }, options, io));
  add('pause', 'Refuses all requests, or those of one action, within seconds.', PAUSE_EXAMPLES)
    .argument('<actions>', actions, parsed(z.enum(PAUSED_ACTIONS)))
    .option(reason, why, parsed(reasonSchema))
    .action((which, options) =>
      run({ command: 'pause', actions: which, ...reasonOf(options) }, options, io),
    );
  add('resume', 'Takes a pause back.', '  $ data-universe-auth resume upload --config auth.json')
    .argument('<actions>', actions, parsed(z.enum(PAUSED_ACTIONS)))
    .action((which, options) => run({ command: 'resume', actions: which }, options, io));
  add('levers', 'Shows what is paused and who is denied.', LEVERS_EXAMPLES).action((options) =>
    run({ command: 'levers' }, options, io),
  );
}

const DENY_EXAMPLES = `  $ data-universe-auth deny 5F... --config /etc/data-universe/auth.json --reason "ticket 7"
  $ data-universe-auth deny 5F... --state-table DataUniverseState --region us-east-1 --json`;
const PAUSE_EXAMPLES = `  $ data-universe-auth pause upload --config auth.json --reason migration
  $ data-universe-auth pause all --state-file /var/lib/data-universe-auth/state.sqlite`;
const LEVERS_EXAMPLES = `  $ data-universe-auth levers --config auth.json
  $ data-universe-auth levers --state-table DataUniverseState --json`;
const NOTES = `
Sessions that are out go on until they end. A state file is changed as the user that the service runs as, or as root.
For a table, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are yours, not the service's:
they need GetItem, PutItem, DeleteItem and, for levers, Scan.

Exit codes: 0 done, 2 wrong usage or configuration, 3 the state could not be reached: try again.
`;

const reasonSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{C}*$/u, 'it must be one line of text');
const reasonOptionSchema = z.object({ reason: reasonSchema.optional() });
const reasonOf = (options: unknown) => reasonOptionSchema.parse(options);

/** Commander says which argument it was. */
function parsed<T>(schema: z.ZodType<T>): (text: string) => T {
  return (text) => {
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    throw new InvalidArgumentError(`${result.error.issues[0]?.message ?? 'It is not valid'}.`);
  };
}

async function run(order: LeverOrder, options: Record<string, unknown>, io: CommandIo) {
  const { json, reason: _, ...flags } = options;
  const config = stateConfigSchema.parse(await mergedConfig(flags));
  const state = await openOwnersState(placeOf(config, flags), io.env);
  try {
    if (order.command === 'levers') {
      const shown = { ...(await state.control.show()), configured: configuredOf(config) };
      io.stdout.write(json ? `${JSON.stringify(shown)}\n` : describeLevers(shown));
    } else {
      const changed = await move(state.control, order);
      const overruled = overruledBy(order, config);
      const told = { ...order, changed, overruled };
      io.stdout.write(json ? `${JSON.stringify(told)}\n` : describeChange(told));
    }
  } finally {
    state.close();
  }
}

function move(
  control: LeverControl,
  order: Exclude<LeverOrder, { readonly command: 'levers' }>,
): Promise<boolean> {
  switch (order.command) {
    case 'deny':
      return control.deny(order.hotkey, order.reason);
    case 'allow':
      return control.allow(order.hotkey);
    case 'pause':
      return control.pause(order.actions, order.reason);
    case 'resume':
      return control.resume(order.actions);
  }
}

const configuredOf = ({ denied_hotkeys: denied, paused }: StateConfig) => ({ denied, paused });

/** What is in the configuration file holds as long as the service runs with it. */
function overruledBy(order: LeverOrder, config: StateConfig): boolean {
  if (order.command === 'allow') return config.denied_hotkeys.includes(order.hotkey);
  return order.command === 'resume' && config.paused.includes(order.actions);
}

/** A place named by a flag wins over the other kind of place in the file. */
function placeOf(config: StateConfig, flags: Record<string, unknown>): StateConfig {
  const { state_file, state_table, ...rest } = config;
  if (flags.stateFile !== undefined && flags.stateTable === undefined)
    return { ...rest, state_file };
  if (flags.stateTable !== undefined && flags.stateFile === undefined)
    return { ...rest, state_table };
  return config;
}

const NO_PLACE =
  'there is no state to change: name one of --state-file and --state-table, or --config with one of them in it. A service that keeps its state in memory takes denied_hotkeys and paused from its configuration, when it starts';

async function openOwnersState(config: StateConfig, env: CommandIo['env']): Promise<SharedState> {
  const { state_file: path, state_table: table, region, dynamodb_endpoint: endpoint } = config;
  if ((path === undefined) === (table === undefined)) throw new Error(NO_PLACE);
  if (table !== undefined) {
    const credentials = awsEnvironmentSchema.parse(env);
    return openDynamoState({ table, region, endpoint, credentials: () => credentials });
  }
  const { openSqliteState } = await import('../state/sqlite/index.ts');
  // A path mistyped must not become a new state that denies nobody anything. Over its limit, the owner's hand still moves.
  return await openSqliteState(path ?? '', { create: false, maxBytes: 2 ** 40 });
}
