import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface AppResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningApp {
  readonly child: ChildProcess;
  /** What it has written to standard error so far. */
  stderr(): string;
  readonly result: Promise<AppResult>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs `[wrapper..., node, program, args...]`. */
  readonly wrapper?: readonly string[];
}

const APPS = join(import.meta.dirname, '../../../apps');

/** The command line of a built program. Throws where it has not been built. */
function commandOf(app: 'miner' | 'validator'): string[] {
  const program = join(APPS, app, 'dist/bin.js');
  if (!existsSync(program)) throw new Error(`${program} is not there: run "pnpm build" first`);
  return [process.execPath, program];
}

/** Starts a built program; nothing of this process's environment reaches it but PATH. */
export function startApp(
  app: 'miner' | 'validator',
  args: readonly string[],
  { cwd, env = {}, wrapper = [] }: RunOptions,
): RunningApp {
  const [command = '', ...rest] = [...wrapper, ...commandOf(app), ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const result = once(child, 'close').then(([code]): AppResult => {
    return { code: code as number | null, stdout, stderr };
  });
  return { child, stderr: () => stderr, result };
}

/** Runs a built program to its end. */
export function runApp(
  app: 'miner' | 'validator',
  args: readonly string[],
  options: RunOptions,
): Promise<AppResult> {
  return startApp(app, args, options).result;
}
