import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { runtimeClient } from '../../../scripts/lambda/for-tests.ts';
import { RuntimeApi } from './runtime-api.ts';

/** A function under AWS' runtime interface client, as Lambda runs it. */
export class LambdaProcess {
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  #stdout = '';

  private constructor(api: RuntimeApi, child: ChildProcess) {
    this.#api = api;
    this.#child = child;
  }

  /** `folder` holds index.mjs; `env` is the function's whole environment but for what Lambda itself sets. */
  static async start(
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<LambdaProcess> {
    if (runtimeClient === undefined)
      throw new Error('aws-lambda-ric is not built: run scripts/lambda/install-ric.sh');
    const api = await RuntimeApi.start();
    const child = spawn(process.execPath, [runtimeClient], {
      cwd: folder,
      env: {
        ...env,
        PATH: process.env.PATH,
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: 'index.handler',
        AWS_LAMBDA_RUNTIME_API: api.host,
        AWS_LAMBDA_FUNCTION_NAME: 'DataUniverseAuth',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/DataUniverseAuth',
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lambda = new LambdaProcess(api, child);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        lambda.#stdout += text;
      });
    child.once('exit', (code) => {
      api.fail(`the function's process ended (${code}):\n${lambda.#stdout.slice(-2_000)}`);
    });
    return lambda;
  }

  invoke(event: unknown): Promise<unknown> {
    return this.#api.invoke(event);
  }

  /** What the function wrote that is JSON: its log. */
  get log(): readonly Record<string, unknown>[] {
    const lines = this.#stdout.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line));
  }

  /** All that it wrote. */
  get output(): string {
    return this.#stdout;
  }

  /** The most memory that the process ever had, in bytes; Linux alone tells. */
  get peakMemory(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
    return Number(kilobytes) * 1024;
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await this.#api.close();
  }
}
