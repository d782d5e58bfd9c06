import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { revokeCommand } from './revoke-command.ts';

try {
  process.stdout.write(await revokeCommand(process.argv.slice(2), () => text(process.stdin)));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const why = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  process.stderr.write(`revoke: ${why}\nSee --help.\n`);
  process.exitCode = 2;
}
