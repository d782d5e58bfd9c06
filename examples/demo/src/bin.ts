#!/usr/bin/env node
import { runProgram } from '@data-universe/app-kit';
import { createDemoProgram } from './program.ts';

process.exitCode = await runProgram(createDemoProgram(), process.argv);
