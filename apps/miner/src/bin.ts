#!/usr/bin/env node
import { runProgram } from '@data-universe/app-kit';
import { createMinerProgram } from './program.ts';

process.exitCode = await runProgram(createMinerProgram(), process.argv);
