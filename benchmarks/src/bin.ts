#!/usr/bin/env node
import { runProgram } from '@data-universe/app-kit';
import { createBenchProgram } from './program.ts';

// The AWS SDK's advice to developers on Node's versions is none of an operator's business.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
process.exitCode = await runProgram(createBenchProgram(), process.argv);
