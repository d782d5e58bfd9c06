import { EventEmitter } from 'node:events';
import { StorageError } from '@data-universe/storage-core';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addExamples, contextOf, type ProgramContext, runProgram } from '../src/index.ts';
import { Capture } from './support/capture.ts';

type Action = (context: ProgramContext) => Promise<void> | void;

interface Options {
  readonly stdout?: Capture;
  readonly stderr?: Capture;
  readonly env?: Record<string, string>;
  readonly signals?: EventEmitter;
  readonly exitNow?: (code: number) => void;
}

/** Runs `miner upload ...words`, whose action is given. */
async function run(
  words: readonly string[],
  action: Action = () => undefined,
  options: Options = {},
) {
  const program = new Command('miner').version('1.2.3').description('publishes');
  const upload = program
    .command('upload')
    .description('upload what changed')
    .option('--source <name>', 'one source')
    .action((_options: unknown, command: Command) => action(contextOf(command)));
  addExamples(upload, [
    { command: 'miner upload', text: 'everything' },
    { command: 'miner upload --source x', text: 'one source' },
  ]);
  const stdout = options.stdout ?? new Capture();
  const stderr = options.stderr ?? new Capture();
  const signals = options.signals ?? new EventEmitter();
  const exitNow = options.exitNow ?? (() => undefined);
  const { env = {} } = options;
  const argv = ['node', 'miner', ...words];
  const code = await runProgram(program, argv, { stdout, stderr, env, signals, exitNow });
  return { code, stdout: stdout.text, stderr: stderr.text, signals };
}

const unavailable = (): never => {
  throw new StorageError({ code: 'Unavailable', operation: 'list', message: 'no answer' });
};

describe('runProgram', () => {
  it('prints the answer of an action and ends in 0', async () => {
    const { code, stdout, stderr } = await run(['upload'], ({ output }) => {
      output.print({ rows: 1 }, () => 'one row\n');
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'one row\n', stderr: '' });
  });

  it.each([
    ['before', ['--json', 'upload']],
    ['after', ['upload', '--json']],
  ])('takes --json %s the subcommand', async (_where, words) => {
    const { stdout } = await run(words, ({ output }) => {
      output.print({ rows: 1 }, () => 'one row\n');
    });
    expect(JSON.parse(stdout)).toEqual({ rows: 1 });
  });

  it('takes --json after -- for an argument', async () => {
    const { code, stderr } = await run(['upload', '--', '--json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: too many arguments/);
  });

  it('tells an action whether --verbose was given', async () => {
    const seen: boolean[] = [];
    const action: Action = ({ verbose }) => void seen.push(verbose);
    await run(['upload'], action);
    await run(['upload', '--verbose'], action);
    expect(seen).toEqual([false, true]);
  });

  it('ends in the exit code an action sets', async () => {
    const { code } = await run(['upload'], ({ setExitCode }) => setExitCode(1));
    expect(code).toBe(1);
  });

  it('shows an error on standard error, without a stack', async () => {
    const { code, stdout, stderr } = await run(['upload'], unavailable);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe(
      'error: list: no answer (Unavailable)\nThis may pass: run the same command again later.\n',
    );
  });

  it('shows an error as one JSON document under --json', async () => {
    const { code, stdout, stderr } = await run(['upload', '--json'], unavailable);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'Unavailable', retryable: true, exit_code: 3 },
    });
  });

  it('adds the stack where DATA_UNIVERSE_DEBUG=1 asks for it', async () => {
    const { stderr } = await run(['upload'], unavailable, { env: { DATA_UNIVERSE_DEBUG: '1' } });
    expect(stderr).toMatch(/\n {4}at /);
  });

  it('paints errors on a terminal alone, and not under NO_COLOR', async () => {
    const stderr = () => new Capture({ isTTY: true });
    const painted = await run(['upload'], unavailable, { stderr: stderr() });
    expect(painted.stderr).toContain('\u001b[31merror:');
    const env = { NO_COLOR: '1' };
    const plain = await run(['upload'], unavailable, { stderr: stderr(), env });
    expect(plain.stderr).toMatch(/^error:/);
  });
});

describe('wrong usage', () => {
  it.each([
    ['an unknown option', ['upload', '--sorce', 'x'], /Did you mean --source\?/],
    ['an unknown command', ['uplaod'], /Did you mean upload\?/],
    ['an option without its value', ['upload', '--source'], /argument missing/],
  ])('%s ends in 2 and says what was meant', async (_name, words, advice) => {
    const { code, stdout, stderr } = await run(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(advice);
    expect(stderr).toMatch(/^error: [^:]*\n/);
    expect(stderr).toContain('--help');
  });

  it('is JSON too under --json', async () => {
    const { code, stdout, stderr } = await run(['uplaod', '--json']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Usage', exit_code: 2 } });
  });

  it('shows the help where no command is given', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: miner/);
  });
});

describe('help', () => {
  it('has examples and the options of every command', async () => {
    const { code, stdout } = await run(['upload', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/--json +print one JSON document/);
    expect(stdout).toContain(`Examples:
  $ miner upload             # everything
  $ miner upload --source x  # one source
`);
  });

  it('of the program names the exit codes', async () => {
    const { stdout } = await run(['--help']);
    expect(stdout).toContain('  3  something could not be reached: retry later\n');
  });

  it('prints the version alone', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('a signal', () => {
  const untilAborted: Action = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s aborts the action and ends in %d', async (name, expected) => {
    const signals = new EventEmitter();
    const running = run(['upload'], untilAborted, { signals });
    signals.emit(name);
    const { code, stderr } = await running;
    expect(code).toBe(expected);
    expect(stderr).toContain('Stopping at the next safe point');
    expect(stderr).toContain(`error: stopped by ${name}\n`);
  });

  it('a second time ends the process at once with 130', async () => {
    const signals = new EventEmitter();
    const exits: number[] = [];
    const running = run(
      ['upload'],
      () => {
        signals.emit('SIGTERM');
        signals.emit('SIGINT');
      },
      { signals, exitNow: (code) => void exits.push(code) },
    );
    await running;
    expect(exits).toEqual([130]);
  });

  it('does not turn finished work into a failure', async () => {
    const signals = new EventEmitter();
    const { code } = await run(['upload'], () => void signals.emit('SIGINT'), { signals });
    expect(code).toBe(0);
  });

  it('does not hide another failure', async () => {
    const signals = new EventEmitter();
    const { code } = await run(
      ['upload'],
      () => {
        signals.emit('SIGINT');
        unavailable();
      },
      { signals },
    );
    expect(code).toBe(3);
  });

  it('is not listened to any longer after the end', async () => {
    const { signals } = await run(['upload']);
    expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0);
  });
});

describe('a standard output that fails', () => {
  const print: Action = ({ output }) => output.print({}, () => 'text\n');
  const failing = (code: string) =>
    new Capture({ failWith: Object.assign(new Error(`write ${code}`), { code }) });

  it('because its reader left is no failure', async () => {
    expect(await run(['upload'], print, { stdout: failing('EPIPE') })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('because the disk is full is one', async () => {
    const { code, stderr } = await run(['upload'], print, { stdout: failing('ENOSPC') });
    expect(code).toBe(1);
    expect(stderr).toContain('The disk is full');
  });
});

describe('contextOf', () => {
  it('refuses a command that runProgram did not start', () => {
    expect(() => contextOf(new Command('miner'))).toThrow(/not started by runProgram/);
  });
});
