import { addExamples } from '@data-universe/app-kit';
import { Command } from 'commander';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { uploadCommand } from './commands/upload.ts';

export function createMinerProgram(): Command {
  const program = new Command('data-universe-miner')
    .description("Publishes a miner's database, signed by its hotkey.")
    .addCommand(uploadCommand())
    .addCommand(runCommand())
    .addCommand(statusCommand());
  return addExamples(program, [
    { command: 'data-universe-miner upload', text: 'publish with ./data-universe.yaml' },
    { command: 'data-universe-miner upload --dry-run', text: 'say what would travel' },
    { command: 'data-universe-miner run', text: 'publish for ever, once an hour' },
    { command: 'data-universe-miner status --json', text: 'what is published, for a script' },
  ]);
}
