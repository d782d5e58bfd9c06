import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe } from 'vitest';

/** AWS' runtime interface client, or undefined where `install-ric.sh` did not build it. */
export const runtimeClient: string | undefined = find();

/**
 * `describe` for tests under the runtime interface client. Where it is not built they are skipped, with the reason in
 * their title; with DATA_UNIVERSE_REQUIRE_ALL=1 they fail instead.
 */
export function describeWithRuntimeClient(name: string, body: () => void): void {
  const skip = runtimeClient === undefined && process.env.DATA_UNIVERSE_REQUIRE_ALL !== '1';
  const reason = skip ? ' (skipped: aws-lambda-ric is not built, see docs/testing.md)' : '';
  describe.skipIf(skip)(`${name}${reason}`, body);
}

function find(): string | undefined {
  try {
    const folder = execFileSync(join(import.meta.dirname, 'install-ric.sh'), ['--find'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return join(folder.trim(), 'node_modules/aws-lambda-ric/index.mjs');
  } catch {
    return undefined;
  }
}
