/** Where a setting came from, or where a problem with it stands. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'option' };

/** `data-universe.yaml:7:3`, `DATA_UNIVERSE_USE_S3 (environment)`, `command line` or `default`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'environment':
      return `${origin.variable} (environment)`;
    case 'option':
      return 'command line';
  }
}

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Dotted path, as `storage.s3.region`; empty where the file as a whole is meant. */
  readonly key: string;
  readonly origin: Origin;
  /** What was found, what is expected, and where it helps what was probably meant. */
  readonly message: string;
}

export type ConfigErrorCode = 'ConfigMissing' | 'ConfigUnreadable' | 'ConfigInvalid';

/** The configuration can't be used; `problems` holds all that is wrong, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly retryable = false;
  readonly problems: readonly ConfigProblem[];

  constructor(code: ConfigErrorCode, message: string, problems: readonly ConfigProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

/** A ConfigError whose message lists each problem on a line of its own. */
export function invalidConfig(problems: readonly ConfigProblem[]): ConfigError {
  const lines = problems.map(({ key, origin, message }) => {
    const subject = key === '' ? '' : `${key}: `;
    return `  ${originText(origin)}: ${subject}${message}`;
  });
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new ConfigError(
    'ConfigInvalid',
    `the configuration has ${count}:\n${lines.join('\n')}`,
    problems,
  );
}
