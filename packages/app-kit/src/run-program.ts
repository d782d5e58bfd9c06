import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { escapeLines } from './escape-text.ts';
import { EXIT, type ExitCode, exitCodeFor } from './exit-code.ts';
import { EXIT_CODES_HELP } from './help.ts';
import { createOutput, renderJson } from './output.ts';
import { bindContext, type ProgramContext } from './program-context.ts';
import { createProgress, progressMode } from './progress.ts';
import { describeError, renderError } from './render-error.ts';
import { createSafeWriter, type SafeWriter } from './safe-writer.ts';
import { isAbort, listenForStop, type SignalSource } from './stop-signals.ts';

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface RunProgramOptions {
  readonly stdout?: Stream | undefined;
  readonly stderr?: Stream | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where SIGINT and SIGTERM come from; `process` if left out. */
  readonly signals?: SignalSource | undefined;
  /** Ends the process at once, after a second signal. */
  readonly exitNow?: ((code: number) => void) | undefined;
}

/**
 * Runs a program to its end and resolves to its exit code: 0 to 3 as EXIT says, 130 or 143 where it was stopped by SIGINT or
 * SIGTERM. Adds --json and --verbose; actions find what they work with by contextOf(command). Never rejects, and leaves setting
 * `process.exitCode` to its caller. `argv` is that of the process, the first two words included.
 */
export async function runProgram(
  program: Command,
  argv: readonly string[],
  options: RunProgramOptions = {},
): Promise<number> {
  const stdout = options.stdout ?? process.stdout;
  const stderr = options.stderr ?? process.stderr;
  const env = options.env ?? process.env;
  const out = createSafeWriter(stdout);
  const err = createSafeWriter(stderr);
  // Read before commander does: its own usage errors have to come out as JSON too.
  const words = argv.slice(2, argv.includes('--') ? argv.indexOf('--') : undefined);
  const json = words.includes('--json');
  const debug = env.DATA_UNIVERSE_DEBUG === '1';
  const color = stderr.isTTY === true && (env.NO_COLOR ?? '') === '';
  const progress = createProgress({ stream: stderr, mode: progressMode(stderr, json, env) });
  const log = (line: string): void => err.write(`${escapeLines(line)}\n`);
  const stop = listenForStop(
    options.signals ?? process,
    () => {
      progress.stop();
      log('Stopping at the next safe point. Press Ctrl-C once more to stop at once.');
    },
    options.exitNow ?? ((code) => process.exit(code)),
  );

  let exitCode: ExitCode = EXIT.done;
  const context: ProgramContext = {
    signal: stop.signal,
    output: createOutput((text) => out.write(text), json),
    progress,
    verbose: words.includes('--verbose'),
    env,
    log,
    setExitCode(code) {
      exitCode = code;
    },
  };
  prepare(program, out, err);
  bindContext(program, context);

  let result: number;
  try {
    await program.parseAsync(argv);
    result = exitCode;
  } catch (error) {
    progress.stop();
    const stopped = isAbort(error) ? stop.exitCode() : undefined;
    result = stopped ?? exitCodeFor(error);
    const silent = error instanceof CommanderError && HELP.has(error.code);
    if (!silent && json) out.write(renderJson(describeError(error, { debug, exitCode: result })));
    else if (!silent)
      err.write(renderError(withUsageHint(error, program), { debug, color, exitCode: result }));
  } finally {
    progress.stop();
    stop.dispose();
  }
  return finish(result, out, err);
}

/** Commander has printed the help or the version itself. */
const HELP: ReadonlySet<string> = new Set([
  'commander.help',
  'commander.helpDisplayed',
  'commander.version',
]);

async function finish(result: number, out: SafeWriter, err: SafeWriter): Promise<number> {
  await out.flush();
  const failure = out.failure();
  if (failure !== undefined) err.write(renderError(failure));
  await err.flush();
  out.dispose();
  err.dispose();
  return failure !== undefined && result === EXIT.done ? EXIT.finding : result;
}

/** Makes commander throw instead of exiting and leave errors to us, in every subcommand. */
function prepare(program: Command, out: SafeWriter, err: SafeWriter): void {
  program
    .option('--json', 'print one JSON document on standard output')
    .option('--verbose', 'tell more on standard error')
    .addHelpText('after', EXIT_CODES_HELP);
  const visit = (command: Command): void => {
    command
      .exitOverride()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => out.write(text),
        writeErr: (text) => err.write(text),
        outputError: () => undefined,
      });
    command.commands.forEach(visit);
  };
  visit(program);
}

function withUsageHint(error: unknown, program: Command): unknown {
  if (!(error instanceof CommanderError)) return error;
  return Object.assign(error, { hint: `See ${program.name()} --help.` });
}
