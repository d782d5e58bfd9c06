import { EXIT, type ExitCode } from './exit-code.ts';
import { formatDuration } from './format.ts';

/** For errors of the system, whose messages say what happened and never what to do. */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space and run the same command again.',
  EDQUOT: 'The disk quota is used up: free some space and run the same command again.',
  EACCES: 'Check the permissions of that file and of the folders above it.',
  EPERM: 'Check the permissions of that file and of the folders above it.',
  ENOENT: 'Check the path.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n) and run the same command again.',
  EADDRINUSE: 'Another program uses that port: choose another, or stop that program.',
  ENOTFOUND: 'Check the spelling of the host name and your network, then run it again.',
  ECONNREFUSED: 'Nothing answers there: check the address, and that the service runs.',
  CERT_HAS_EXPIRED: "The service's certificate has expired: tell its operator.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "The service's certificate is not trusted: check the address.",
  SQLITE_CANTOPEN: 'Check that the database exists and that you may read it and its folder.',
  SQLITE_NOTADB: 'That file is no SQLite database: check `database` in the configuration.',
  SQLITE_CORRUPT: 'The database is damaged: see https://www.sqlite.org/recovery.html.',
};

interface HintFields {
  readonly hint?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly retryable?: unknown;
  readonly retryAfterSeconds?: unknown;
}

/** What to do next, where the error's own message can't be trusted to say it. */
export function hintFor(error: unknown, exitCode: ExitCode): string | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    const { hint, code, cause, retryable } = current as HintFields;
    if (typeof hint === 'string' && hint !== '') return hint;
    const known = typeof code === 'string' && Object.hasOwn(HINTS, code) ? HINTS[code] : undefined;
    if (known !== undefined) return known;
    // Errors of our own say what to do; advice on their causes would contradict it.
    if (typeof retryable === 'boolean') break;
    current = cause;
  }
  return exitCode === EXIT.unreachable ? retryHint(error as HintFields) : undefined;
}

function retryHint({ code, retryAfterSeconds }: HintFields): string | undefined {
  // Its message says what has to be done first.
  if (code === 'DiskFull') return undefined;
  const when =
    typeof retryAfterSeconds === 'number' && retryAfterSeconds > 0
      ? `in ${formatDuration(retryAfterSeconds * 1000)}`
      : 'later';
  return `This may pass: run the same command again ${when}.`;
}
