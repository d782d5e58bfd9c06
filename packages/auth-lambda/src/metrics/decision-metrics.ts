import type { AccessRequest, RefusalCode } from '@data-universe/core-auth/protocol';

/** What one decision was like, in words of closed lists and figures: nothing that a client chose. */
export interface DecisionFigures {
  readonly code: 'Granted' | RefusalCode;
  /** Absent where the request could not be read. */
  readonly action?: AccessRequest['action'] | undefined;
  readonly latencyMs: number;
  /** Age of the newest finalised block the registry saw, where this decision asked the chain. */
  readonly chainAgeSeconds?: number | undefined;
}

/** Takes the figures of each decision. A failure here changes no decision and is not heard of. */
export interface DecisionMetrics {
  record(figures: DecisionFigures): void;
}
