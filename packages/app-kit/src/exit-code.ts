/** How a program ended, for shells and schedulers. */
export const EXIT = {
  done: 0,
  /** A finding, or a part that failed: the report says which. */
  finding: 1,
  /** The command line, the configuration, the wallet or a permission has to be put right first. */
  usage: 2,
  /** Something could not be reached; the same command may succeed later. */
  unreachable: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Retrying these changes nothing, and nothing is wrong with the data: somebody must change the set-up. */
const SET_UP: ReadonlySet<string> = new Set([
  'PermissionDenied',
  'BadSignature',
  'ClockSkew',
  'NotRegistered',
  'NoValidatorPermit',
  'InsufficientStake',
  'Denied',
  'BadRequest',
  'InsecureEndpoint',
  'InvalidResponse',
  'DatabaseNotFound',
  'DatabaseUnreadable',
  'DatabaseMalformed',
  'ForeignLedger',
  'SQLITE_CANTOPEN',
  'EACCES',
  'EPERM',
]);

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'ChainUnavailable',
]);

const SET_UP_NAMES: ReadonlySet<string> = new Set(['ConfigError', 'WalletError', 'UsageError']);

/** The data is not what its owner signed, whatever the code says: BadSignature is also a refusal of access. */
const DATA_NAMES: ReadonlySet<string> = new Set([
  'ManifestError',
  'IntegrityError',
  'DataFileError',
]);

/** Causes are followed this far, so that a circular chain ends. */
const MAX_CAUSES = 8;

interface ErrorFields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly retryable?: unknown;
  readonly exitCode?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** The exit code of any thrown value, by the fields it carries and then by its causes. */
export function exitCodeFor(error: unknown): ExitCode {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES; depth++) {
    if (typeof current !== 'object' || current === null) break;
    const own = ownExitCode(current);
    if (own !== undefined) return own;
    current = (current as ErrorFields).cause;
  }
  return EXIT.finding;
}

function ownExitCode(error: ErrorFields): ExitCode | undefined {
  const { name, retryable, errors } = error;
  const code = typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('commander.')) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (typeof name === 'string' && SET_UP_NAMES.has(name)) return EXIT.usage;
  if (typeof name === 'string' && DATA_NAMES.has(name)) return EXIT.finding;
  if (retryable === true || UNREACHABLE.has(code)) return EXIT.unreachable;
  if (SET_UP.has(code)) return EXIT.usage;
  if (retryable === false) return EXIT.finding;
  return Array.isArray(errors) && errors.length > 0 ? common(errors.map(exitCodeFor)) : undefined;
}

/** Several failures of one kind are that kind; mixed ones are a partial failure. */
function common(codes: readonly ExitCode[]): ExitCode {
  const [first] = codes;
  return first !== undefined && codes.every((code) => code === first) ? first : EXIT.finding;
}
