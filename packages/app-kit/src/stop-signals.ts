import type { EventEmitter } from 'node:events';

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof NUMBERS;

/** The part of `process` that delivers signals. */
export type SignalSource = Pick<EventEmitter, 'on' | 'removeListener'>;

export interface StopSignals {
  readonly signal: AbortSignal;
  /** 128 plus the signal's number, as shells have it; undefined while none came. */
  exitCode(): number | undefined;
  dispose(): void;
}

/** The first SIGINT or SIGTERM asks to stop, the second one ends at once. */
export function listenForStop(
  source: SignalSource,
  onFirst: () => void,
  exitNow: (code: number) => void,
): StopSignals {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const on = (name: StopSignal) => (): void => {
    if (exitCode !== undefined) {
      exitNow(128 + NUMBERS.SIGINT);
      return;
    }
    exitCode = 128 + NUMBERS[name];
    onFirst();
    controller.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
  };
  const onInterrupt = on('SIGINT');
  const onTerminate = on('SIGTERM');
  source.on('SIGINT', onInterrupt);
  source.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose() {
      source.removeListener('SIGINT', onInterrupt);
      source.removeListener('SIGTERM', onTerminate);
    },
  };
}

/** Whether an error says no more than that the work was stopped. */
export function isAbort(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'AbortError' || code === 'Aborted' || code === 'ABORT_ERR';
}
