import { expect } from 'vitest';
import { BUCKET, type Credentials } from '../../support/harness.ts';
import type { ClientProgram, Finished } from './client-program.ts';
import type { ClientWorld } from './client-world.ts';
import { writeTree } from './file-tree.ts';

// Version 1 presigns by SigV2 unless it is told otherwise.
const CONFIG = `[default]
s3 =
  signature_version = s3v4
  multipart_threshold = 6MB
  multipart_chunksize = 5MB
`;

/** The AWS CLI, pointed at a world's cloud. */
export interface AwsCli {
  /** Its exit code where the service refused a command of one request; `aws s3` transfers exit with 1. */
  readonly serviceError: 254 | 255;
  run(credentials: Credentials, args: readonly string[], input?: Uint8Array): Promise<Finished>;
  /** Its output, once it has said no word of an error. */
  succeed(credentials: Credentials, ...args: string[]): Promise<string>;
  /** The answer of `aws s3api` about the bucket. */
  api(
    credentials: Credentials,
    command: string,
    ...args: string[]
  ): Promise<Record<string, unknown>>;
  /** The code of AWS's error as the CLI names it, and its exit code. */
  refused(
    credentials: Credentials,
    ...args: string[]
  ): Promise<{ code: number | undefined; name: string }>;
}

export async function startAwsCli(client: ClientProgram, world: ClientWorld): Promise<AwsCli> {
  await writeTree(world.home, { '.aws/config': Buffer.from(CONFIG) });
  const endpoint = ['--endpoint-url', world.cloud.endpoint];
  const cli: AwsCli = {
    serviceError: client.version.startsWith('1.') ? 255 : 254,
    run: (credentials, args, input) =>
      client.run([...args, ...endpoint], world.environment(credentials), input),
    async succeed(credentials, ...args) {
      const { code, text, errors } = await cli.run(credentials, args);
      expect({ code, errors }, args.join(' ')).toEqual({ code: 0, errors: '' });
      return text;
    },
    async api(credentials, command, ...args) {
      const bucket = ['--bucket', BUCKET, '--output', 'json'];
      const text = await cli.succeed(credentials, 's3api', command, ...bucket, ...args);
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
    async refused(credentials, ...args) {
      const { code, errors } = await cli.run(credentials, args);
      return { code, name: /An error occurred \((\w+)\)/.exec(errors)?.[1] ?? errors };
    },
  };
  return cli;
}
