#!/usr/bin/env node
import { startFromCommandLine } from './server/auth-command.ts';

// The AWS SDK's advice to developers on Node's versions has no place among audit lines.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

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
