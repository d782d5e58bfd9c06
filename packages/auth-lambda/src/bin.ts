#!/usr/bin/env node
import { startFromCommandLine } from './server/auth-command.ts';

const started = await startFromCommandLine(process.argv.slice(2), process);
if ('exitCode' in started) {
  process.exitCode = started.exitCode;
} else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      started.close().catch(() => {
        process.exitCode = 1;
      });
    });
  }
}
