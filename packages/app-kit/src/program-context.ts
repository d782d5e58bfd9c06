import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** What a command's action works with. */
export interface ProgramContext {
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly output: Output;
  readonly progress: Progress;
  readonly verbose: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line for a person, on standard error: a warning, or a detail under --verbose. */
  log(line: string): void;
  /** The exit code where the action ends without an error: 1 for a finding, say. */
  setExitCode(code: ExitCode): void;
}

const contexts = new WeakMap<Command, ProgramContext>();

export function bindContext(program: Command, context: ProgramContext): void {
  contexts.set(program, context);
}

/** The context of the run that a command is part of; for use in its action. */
export function contextOf(command: Command): ProgramContext {
  let root = command;
  while (root.parent) root = root.parent;
  const context = contexts.get(root);
  if (context === undefined) {
    throw new Error(`the command ${root.name()} was not started by runProgram`);
  }
  return context;
}
