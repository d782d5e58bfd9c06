import { styleText } from 'node:util';
import type { ConfigProblem } from './config/config-error.ts';
import { originText } from './config/config-error.ts';
import { escapeLines, escapeText } from './escape-text.ts';
import { EXIT, type ExitCode, exitCodeFor } from './exit-code.ts';
import { hintFor } from './hint.ts';

/** An error as `--json` prints it. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly exit_code: number;
    /** What to do next. */
    readonly hint?: string;
    /** What the service's operator needs to find the request. */
    readonly request_id?: string;
    readonly problems?: readonly {
      readonly key: string;
      readonly origin: string;
      readonly message: string;
    }[];
    readonly stack?: string;
  };
}

export interface DescribeOptions {
  /** Adds the stacks of the error and its causes. */
  readonly debug?: boolean | undefined;
  /** Where something else than the error decides it. */
  readonly exitCode?: number | undefined;
}

/** Any thrown value as plain data; strings are as they came. */
export function describeError(error: unknown, options: DescribeOptions = {}): ErrorDocument {
  const exitCode = options.exitCode ?? exitCodeFor(error);
  const hint = hintFor(error, exitCode as ExitCode);
  const requestId = field(error, 'requestId') ?? field(error, 'request_id');
  const problems = problemsOf(error);
  return {
    error: {
      code: codeOf(error),
      message: messageOf(error),
      retryable: exitCode === EXIT.unreachable,
      exit_code: exitCode,
      ...(hint === undefined ? {} : { hint }),
      ...(typeof requestId === 'string' ? { request_id: requestId } : {}),
      ...(problems.length === 0 ? {} : { problems }),
      ...(options.debug === true ? { stack: stackOf(error) } : {}),
    },
  };
}

export interface RenderErrorOptions extends DescribeOptions {
  readonly color?: boolean | undefined;
}

/** Any thrown value for a person: what happened, and what to do next. Ends in a line feed. */
export function renderError(error: unknown, options: RenderErrorOptions = {}): string {
  const paint = (format: 'red' | 'dim', text: string): string =>
    options.color === true ? styleText(format, text, { validateStream: false }) : text;
  const { message, hint, request_id, stack } = describeError(error, options).error;
  const lines = [`${paint('red', 'error:')} ${escapeLines(message)}`];
  if (hint !== undefined) lines.push(escapeLines(hint));
  if (request_id !== undefined && !message.includes(request_id)) {
    lines.push(paint('dim', `request ${escapeText(request_id)}`));
  }
  if (stack !== undefined) lines.push(paint('dim', escapeLines(stack)));
  return `${lines.join('\n')}\n`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function codeOf(error: unknown): string {
  const code = field(error, 'code');
  if (typeof code === 'string' && code !== '') {
    return code.startsWith('commander.') ? 'Usage' : code;
  }
  const name = field(error, 'name');
  return typeof name === 'string' && name !== '' && name !== 'Error' ? name : 'Unknown';
}

function messageOf(error: unknown): string {
  const message = field(error, 'message');
  const text = typeof message === 'string' ? message : String(error);
  // Commander puts its own prefix in front.
  const plain = text.replace(/^error: /, '').trim();
  const cause = field(field(error, 'cause'), 'message');
  // Node's fetch keeps what happened in its cause alone.
  if (plain === 'fetch failed' && typeof cause === 'string') return `${plain}: ${cause}`;
  return plain === '' ? codeOf(error) : plain;
}

function problemsOf(error: unknown): { key: string; origin: string; message: string }[] {
  if (field(error, 'name') !== 'ConfigError') return [];
  const problems = (field(error, 'problems') ?? []) as readonly ConfigProblem[];
  return problems.map(({ key, origin, message }) => ({ key, origin: originText(origin), message }));
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  let current = error;
  while (current !== undefined && current !== null && stacks.length < 8) {
    const stack = field(current, 'stack');
    stacks.push(typeof stack === 'string' ? stack : String(current));
    current = field(current, 'cause');
  }
  return stacks.join('\ncaused by ');
}
