import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../decision/clock.ts';
import type { CredentialIssuer, IssuedCredentials, IssueOrder } from './credential-issuer.ts';

/** Issues credentials that open nothing, and remembers what for: for tests of a whole service. */
export class MemoryCredentialIssuer implements CredentialIssuer {
  readonly orders: IssueOrder[] = [];
  readonly #clock: Clock;
  readonly #seconds: number;

  constructor(options: { readonly clock?: Clock; readonly seconds?: number } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#seconds = options.seconds ?? 900;
  }

  async issue(order: IssueOrder): Promise<IssuedCredentials> {
    this.orders.push(order);
    return {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiration: new Date(this.#clock.now() + this.#seconds * 1000),
    };
  }
}
