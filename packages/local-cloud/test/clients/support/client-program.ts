import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe } from 'vitest';

/** The clients, and how each is asked what it is. */
const CLIENTS = {
  aws: { ask: ['--version'], answer: /^aws-cli\/([\d.]+)/m },
  s3cmd: { ask: ['--version'], answer: /^s3cmd version ([\d.]+)/m },
  rclone: { ask: ['version'], answer: /^rclone v([\d.]+)/m },
  restic: { ask: ['version'], answer: /^restic ([\d.]+)/m },
} as const;

export type ClientName = keyof typeof CLIENTS;

export interface Finished {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly output: Buffer;
  readonly text: string;
  readonly errors: string;
}

/** A client that nobody here wrote. */
export interface ClientProgram {
  readonly name: ClientName;
  readonly version: string;
  /** Runs it with this environment and no other. */
  run(
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    input?: Uint8Array,
  ): Promise<Finished>;
}

const LIMIT_MILLISECONDS = 90_000;

/**
 * `describe` for the tests of a client. Where it is not installed they are skipped under a name that says so; with
 * DATA_UNIVERSE_REQUIRE_ALL=1 that is a failure. DATA_UNIVERSE_CLIENT_AWS (_S3CMD, ...) names another file to run.
 */
export function describeClient(name: ClientName, tests: (client: ClientProgram) => void): void {
  const client = findClient(name);
  if (client !== undefined) {
    describe(`${name} ${client.version}`, () => tests(client));
    return;
  }
  const reason = `${name} is not installed; run scripts/clients/install.sh`;
  if (process.env.DATA_UNIVERSE_REQUIRE_ALL === '1') throw new Error(reason);
  describe.skip(reason, () => tests({ name, version: '', run: () => Promise.reject(reason) }));
}

function findClient(name: ClientName): ClientProgram | undefined {
  const { ask, answer } = CLIENTS[name];
  const chosen = process.env[`DATA_UNIVERSE_CLIENT_${name.toUpperCase()}`];
  // The system's own first: what a version manager puts before it needs the user's HOME, which tests take away.
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env.PATH ?? '').split(path.delimiter)];
  const files = chosen === undefined ? folders.map((folder) => path.join(folder, name)) : [chosen];
  for (const file of files) {
    const env = systemEnvironment(file);
    const { stdout } = spawnSync(file, ask, { encoding: 'utf8', env, timeout: LIMIT_MILLISECONDS });
    const version = answer.exec(stdout ?? '')?.[1];
    if (version !== undefined) {
      return { name, version, run: (...args) => run(file, ...args) };
    }
  }
  return undefined;
}

const systemEnvironment = (file: string) => ({
  PATH: `${path.dirname(file)}:/usr/bin:/bin`,
  LANG: 'C.UTF-8',
});

function run(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input: Uint8Array = new Uint8Array(),
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { ...systemEnvironment(file), ...environment },
      cwd: environment.HOME,
      timeout: LIMIT_MILLISECONDS,
      killSignal: 'SIGKILL',
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => output.push(piece));
    child.stderr.on('data', (piece: Buffer) => errors.push(piece));
    // A client that refuses at once does not read what it was given.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      const bytes = Buffer.concat(output);
      resolve({
        code: code ?? undefined,
        output: bytes,
        text: bytes.toString('utf8'),
        errors: Buffer.concat(errors).toString('utf8'),
      });
    });
  });
}
