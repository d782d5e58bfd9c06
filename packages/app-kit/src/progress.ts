import ora, { type Ora } from 'ora';
import { escapeText } from './escape-text.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { RateEstimator } from './rate.ts';

export interface PhaseOptions {
  /** How many units the phase has, where that is known. */
  readonly total?: number | undefined;
  /** What is counted: `bytes`, or any plural such as `rows`. */
  readonly unit?: string | undefined;
}

/** One stretch of work that a person may wait for. */
export interface Phase {
  /** Units done so far, and the total where it has become known. */
  update(done: number, total?: number): void;
  /** Ends the phase; `result` replaces the count that is shown otherwise. */
  done(result?: string): void;
  /** Ends the phase where it went wrong; the error itself is shown elsewhere. */
  fail(): void;
}

/** Tells on standard error what is going on. */
export interface Progress {
  phase(name: string, options?: PhaseOptions): Phase;
  /** Ends whatever is still shown, before an error or an answer is printed. */
  stop(): void;
}

export type ProgressMode =
  /** A spinner with count, rate and time left. */
  | 'live'
  /** One line when a phase ends. */
  | 'plain'
  | 'silent';

export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream;
  readonly mode: ProgressMode;
  /** Milliseconds of a steady clock. */
  readonly now?: (() => number) | undefined;
}

/** Live on a terminal; otherwise plain, and silent where a machine reads the answer. */
export function progressMode(
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined },
  json: boolean,
  env: { readonly TERM?: string | undefined; readonly CI?: string | undefined },
): ProgressMode {
  // Some pseudo-terminals say they are 0 columns wide: a line of progress would be wrapped without end.
  const wide = (stream.columns ?? 80) >= 20;
  const live = stream.isTTY === true && wide && env.TERM !== 'dumb' && (env.CI ?? '') === '';
  if (live) return 'live';
  return json ? 'silent' : 'plain';
}

export function createProgress({ stream, mode, now }: ProgressOptions): Progress {
  const clock = now ?? (() => performance.now());
  const spinners = new Set<Ora>();
  return {
    phase(name, options = {}) {
      const spinner = mode === 'live' ? startSpinner(stream, escapeText(name)) : undefined;
      if (spinner !== undefined) spinners.add(spinner);
      const finish = (symbol: string, text: string): void => {
        if (spinner !== undefined && !spinners.delete(spinner)) return;
        if (spinner !== undefined) spinner.stopAndPersist({ symbol, text });
        else if (mode === 'plain') stream.write(`${text}\n`);
      };
      return createPhase({ name: escapeText(name), options, clock, spinner, finish });
    },
    stop() {
      for (const spinner of spinners) spinner.stop();
      spinners.clear();
    },
  };
}

interface PhaseParts {
  readonly name: string;
  readonly options: PhaseOptions;
  readonly clock: () => number;
  readonly spinner: Ora | undefined;
  finish(symbol: string, text: string): void;
}

function createPhase({ name, options, clock, spinner, finish }: PhaseParts): Phase {
  const rate = new RateEstimator();
  const unit = options.unit ?? '';
  const start = clock();
  let count: number | undefined;
  let total = options.total;
  let ended = false;
  rate.record(start, 0);

  const end = (symbol: string, text: string): void => {
    if (ended) return;
    ended = true;
    finish(symbol, `${name}: ${text} (${formatDuration(clock() - start)})`);
  };
  return {
    update(done, newTotal) {
      if (ended) return;
      count = done;
      total = newTotal ?? total;
      rate.record(clock(), done);
      if (spinner !== undefined) spinner.text = `${name}: ${progressText(done, total, unit, rate)}`;
    },
    done(result) {
      end('✔', result === undefined ? amount(count, unit) : escapeText(result));
    },
    fail() {
      end('✖', 'failed');
    },
  };
}

function amount(count: number | undefined, unit: string): string {
  if (count === undefined) return 'done';
  return unit === 'bytes' ? formatBytes(count) : `${formatCount(count)} ${unit}`.trimEnd();
}

/** `1.2 MB of 5 MB, 24%, 300 kB/s, 13 s left` */
function progressText(
  done: number,
  total: number | undefined,
  unit: string,
  rate: RateEstimator,
): string {
  const parts = [amount(done, unit)];
  if (total !== undefined && total > 0) {
    parts[0] = `${unit === 'bytes' ? formatBytes(done) : formatCount(done)} of ${amount(total, unit)}`;
    parts.push(`${Math.floor(Math.min(1, done / total) * 100)}%`);
  }
  const perSecond = rate.perSecond();
  if (perSecond !== undefined && perSecond > 0) {
    parts.push(
      unit === 'bytes' ? `${formatBytes(perSecond)}/s` : `${formatCount(Math.round(perSecond))}/s`,
    );
  }
  const left = total === undefined ? undefined : rate.remainingMs(total);
  if (left !== undefined && left >= 1000) parts.push(`${formatDuration(left)} left`);
  return parts.join(', ');
}

function startSpinner(stream: NodeJS.WritableStream, text: string): Ora {
  // Standard input stays untouched: a raw terminal would keep Ctrl-C from becoming a signal.
  return ora({ text, stream, discardStdin: false, isEnabled: true }).start();
}
