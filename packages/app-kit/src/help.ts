import type { Command } from 'commander';

export interface Example {
  readonly command: string;
  /** What it does, in a few words. */
  readonly text: string;
}

/** Adds examples to the end of a command's help. */
export function addExamples(command: Command, examples: readonly Example[]): Command {
  const width = Math.max(...examples.map((example) => example.command.length));
  const lines = examples.map(
    (example) => `  $ ${example.command.padEnd(width)}  # ${example.text}`,
  );
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  a finding, or a part failed: the report says which
  2  wrong usage or configuration
  3  something could not be reached: retry later`;
