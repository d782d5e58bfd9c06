#!/usr/bin/env node
import { startFromCommandLine } from './server/auth-command.ts';

const started = await startFromCommandLine(process.argv.slice(2), process);
if ('exitCode' in started) {
  process.exitCode = started.exitCode;
} else {
  const { reopenAuditLog } = started;
  // Without a file to reopen the signal means what it always did: the terminal is gone.
  if (reopenAuditLog !== undefined) process.on('SIGHUP', () => void reopenAuditLog());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      started.close().catch(() => {
        process.exitCode = 1;
      });
    });
  }
}
