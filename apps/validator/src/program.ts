import { addExamples } from '@data-universe/app-kit';
import { Command } from 'commander';
import { listCommand } from './commands/list.ts';
import { readCommand } from './commands/read.ts';
import { statsCommand } from './commands/stats.ts';
import { validateCommand } from './commands/validate.ts';

export function createValidatorProgram(): Command {
  const program = new Command('data-universe-validator')
    .description('Lists, reads and checks what miners published.')
    .addCommand(listCommand())
    .addCommand(readCommand())
    .addCommand(validateCommand())
    .addCommand(statsCommand());
  return addExamples(program, [
    { command: 'data-universe-validator list HOTKEY', text: 'files of a miner' },
    { command: 'data-universe-validator read HOTKEY --source x --max 10', text: 'ten entities' },
    { command: 'data-universe-validator validate HOTKEY URI URI', text: 'does it hold these?' },
    { command: 'data-universe-validator stats HOTKEY --json', text: 'sizes, for a script' },
  ]);
}
