import type { Command } from 'commander';
import { z } from 'zod';
import { checkStore, type StoreFinding } from '../check/check-store.ts';
import { commandConfigSchema } from './command-config.ts';
import type { CommandIo } from './command-io.ts';
import { presignerOptions } from './open-issuer.ts';
import { mergedConfig } from './read-config-file.ts';
import { serviceKeys } from './service-keys.ts';

const NOTES = `
It puts a few objects of some bytes below data/_check/ in the bucket, which stay there, and uses their
signatures for what they are not for. Its lines say what the store answered.

Examples:
  $ data-universe-auth check-store --config auth.json

Exit codes: 0 the store holds to signatures, 1 it does not, 2 wrong usage or configuration.
`;

/** A store that does not hold to signatures. */
export class UnsafeStoreError extends Error {
  override readonly name = 'UnsafeStoreError';
  readonly code = 'UnsafeStore';
  readonly retryable = false;
}

/** Adds the command by which an operator tries a store for the presigned mode. */
export function addCheckStoreCommand(program: Command, io: CommandIo): void {
  program
    .command('check-store')
    .description('Tries whether a store holds to presigned requests, before anybody is let in.')
    .requiredOption('--config <file>', 'configuration of the service, with mode: presigned')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', NOTES)
    .allowExcessArguments(false)
    .action(async (options: unknown) => {
      const { config: path, json } = optionsSchema.parse(options);
      const config = commandConfigSchema.parse({
        ...(await mergedConfig({ config: path })),
        mode: 'presigned',
      });
      const findings = await checkStore(presignerOptions(config, serviceKeys(config, io.env)));
      io.stdout.write(json ? `${JSON.stringify({ findings })}\n` : findings.map(lineOf).join(''));
      const problems = findings.filter(({ problem }) => problem !== undefined).length;
      if (problems > 0)
        throw new UnsafeStoreError(
          `${problems} of ${findings.length} attempts went otherwise than they should: do not use this store so; see docs/presigned-mode.md`,
        );
    });
}

const optionsSchema = z.object({ config: z.string(), json: z.boolean().default(false) });

function lineOf({ attempt, status, problem }: StoreFinding): string {
  const verdict = problem === undefined ? 'ok' : `NOT SAFE: ${problem}`;
  return `${String(status).padStart(3)}  ${attempt}: ${verdict}\n`;
}
