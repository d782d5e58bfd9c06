#!/usr/bin/env node
import { runProgram } from '@data-universe/app-kit';
import { createValidatorProgram } from './program.ts';

process.exitCode = await runProgram(createValidatorProgram(), process.argv);
