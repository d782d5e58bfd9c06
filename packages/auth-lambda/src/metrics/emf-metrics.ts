import type { Writable } from 'node:stream';
import { type Clock, systemClock } from '../decision/clock.ts';
import type { DecisionFigures, DecisionMetrics } from './decision-metrics.ts';

/** What alarms and dashboards ask CloudWatch for. */
export const EMF_NAMES = {
  namespace: 'DataUniverse/Auth',
  decisions: 'Decisions',
  /** The one dimension, of `Decisions` alone. */
  code: 'code',
  latency: 'LatencyMs',
  chainAge: 'ChainAgeSeconds',
} as const;

const { namespace: Namespace, decisions, code, latency, chainAge } = EMF_NAMES;

/** Lines that nobody takes are dropped beyond this, rather than kept in memory. */
const MAX_PENDING_BYTES = 1024 * 1024;

/**
 * Metrics as lines of JSON in CloudWatch's embedded metric format: on Lambda a line of standard
 * output is a log event, which CloudWatch turns into metrics.
 */
export class EmfMetrics implements DecisionMetrics {
  readonly #stream: Writable;
  readonly #clock: Clock;

  constructor(stream: Writable, clock: Clock = systemClock) {
    this.#stream = stream;
    this.#clock = clock;
    // Without a listener a failing write would end the process.
    stream.on('error', () => undefined);
  }

  record(figures: DecisionFigures): void {
    if (this.#stream.writableLength > MAX_PENDING_BYTES) return;
    const plain = [
      { Name: latency, Unit: 'Milliseconds' },
      ...(figures.chainAgeSeconds === undefined ? [] : [{ Name: chainAge, Unit: 'Seconds' }]),
    ];
    const line = {
      _aws: {
        Timestamp: this.#clock.now(),
        CloudWatchMetrics: [
          { Namespace, Dimensions: [[code]], Metrics: [{ Name: decisions, Unit: 'Count' }] },
          { Namespace, Dimensions: [[]], Metrics: plain },
        ],
      },
      [code]: figures.code,
      action: figures.action,
      [decisions]: 1,
      [latency]: figures.latencyMs,
      [chainAge]: figures.chainAgeSeconds,
    };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }
}
