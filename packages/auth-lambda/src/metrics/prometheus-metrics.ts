import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DecisionFigures, DecisionMetrics } from './decision-metrics.ts';

const PREFIX = 'data_universe_auth_';

/** Metrics as Prometheus scrapes them, with those of the process. Labels come from closed lists alone. */
export class PrometheusMetrics implements DecisionMetrics {
  readonly #registry = new Registry();
  readonly #decisions = new Counter({
    name: `${PREFIX}decisions_total`,
    help: 'Decisions by code, Granted or a refusal, and action, none where the request could not be read.',
    labelNames: ['code', 'action'] as const,
    registers: [this.#registry],
  });
  readonly #latency = new Histogram({
    name: `${PREFIX}decision_seconds`,
    help: 'Time of a decision, from the request to its audit line.',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [this.#registry],
  });
  readonly #chainAge = new Gauge({
    name: `${PREFIX}chain_age_seconds`,
    help: 'Age of the newest finalised block when a decision last asked the chain.',
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    // Until it is known it is not a number: 0 would be a fresh block.
    this.#chainAge.set(Number.NaN);
  }

  record({ code, action, latencyMs, chainAgeSeconds }: DecisionFigures): void {
    this.#decisions.inc({ code, action: action ?? 'none' });
    this.#latency.observe(latencyMs / 1000);
    if (chainAgeSeconds !== undefined) this.#chainAge.set(chainAgeSeconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** What a scrape gets. */
  expose(): Promise<string> {
    return this.#registry.metrics();
  }
}
