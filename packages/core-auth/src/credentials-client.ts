import type { z } from 'zod';
import { AccessError } from './access-error.ts';
import {
  type AccessGrant,
  accessGrantSchema,
  type PresignedGrant,
  presignedGrantSchema,
  type ServiceMode,
} from './access-response.ts';
import { type AccessScope, describeScope } from './access-scope.ts';
import { assertGrantOf } from './check-grant.ts';
import { createAccessRequest } from './create-access-request.ts';
import { parseServiceUrl } from './endpoint.ts';
import { PresignedRequests } from './presigned-requests.ts';
import { requestGrant } from './request-grant.ts';
import { type RetryOptions, retryAccess } from './retry-access.ts';
import { sealGrant, sealPresignedGrant } from './seal-grant.ts';
import type { Signer } from './signer.ts';
import { SingleFlight } from './single-flight.ts';
import type { StoreOperation } from './store-operation.ts';

export interface CredentialsClientOptions {
  /** The service's URL exactly as it publishes it: requests are signed for it. https, or loopback. */
  readonly authEndpoint: string;
  readonly signer: Signer;
  readonly network: string;
  readonly netuid: number;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly clock?: (() => number) | undefined;
  /** For one exchange. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long before its expiry a grant is replaced, at most half its life. Default: 2 minutes, or a
   * fifth of its life where that is less. Up to a tenth more at random, so that a fleet spreads out.
   */
  readonly refreshBeforeMs?: number | undefined;
  readonly retry?: RetryOptions | undefined;
}

export interface GrantOptions {
  readonly signal?: AbortSignal | undefined;
  /** Ask anew although a grant is at hand: the store has refused it. */
  readonly forceRefresh?: boolean | undefined;
}

interface Entry {
  readonly flight: SingleFlight<AccessGrant>;
  grant?: AccessGrant;
  /** From when on a newer grant is wanted, in milliseconds since 1970. */
  refreshAt: number;
}

const MAX_REFRESH_BEFORE_MS = 120_000;
const DEFAULT_TIMEOUT_MS = 10_000;
/** How soon after a failed refresh the next one is tried, while the old grant is still good. */
const REFRESH_PAUSE_MS = 15_000;

/** Gets, keeps and renews the temporary credentials of one hotkey. Throws AccessError. */
export class CredentialsClient {
  readonly #options: CredentialsClientOptions;
  readonly #endpoint: URL;
  readonly #clock: () => number;
  readonly #entries = new Map<string, Entry>();
  /** What the service turned out to give. */
  #mode: ServiceMode = 'credentials';

  /** Throws AccessError where the endpoint is no URL, or neither https nor this machine. */
  constructor(options: CredentialsClientOptions) {
    this.#endpoint = parseServiceUrl(options.authEndpoint, 'auth_endpoint');
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * A grant for the scope that is valid now: the one at hand, or a new one. All who ask while a
   * request runs share it. Where renewing fails, a grant that is still valid is given once more.
   */
  async grant(scope: AccessScope, options: GrantOptions = {}): Promise<AccessGrant> {
    const { signal, forceRefresh = false } = options;
    assertWanted(scope, signal);
    const entry = this.#entryOf(scope);
    const held = this.#isValid(entry.grant) ? entry.grant : undefined;
    if (!forceRefresh && held !== undefined && this.#clock() < entry.refreshAt) return held;
    const patient = forceRefresh || held === undefined;
    try {
      return await entry.flight.join(
        (flight) => this.#renew(scope, entry, patient, flight),
        signal,
      );
    } catch (error) {
      assertWanted(scope, signal);
      if (!forceRefresh && this.#isValid(entry.grant)) return entry.grant;
      throw error;
    }
  }

  /** What the service gives for the scope, be it credentials or signatures; it is asked which once. */
  async open(
    scope: AccessScope,
    options: Pick<GrantOptions, 'signal'> = {},
  ): Promise<AccessGrant | PresignedGrant> {
    try {
      return await this.#openAs(this.#mode, scope, options);
    } catch (error) {
      const mode = error instanceof AccessError ? error.serviceMode : undefined;
      if (mode === undefined || mode === this.#mode) throw error;
      this.#mode = mode;
      return await this.#openAs(mode, scope, options);
    }
  }

  /** One request with operations, repeated while that may help; answered in their order. */
  async presign(
    scope: AccessScope,
    operations: readonly StoreOperation[],
    { signal = new AbortController().signal }: Pick<GrantOptions, 'signal'> = {},
  ): Promise<PresignedGrant> {
    assertWanted(scope, signal);
    try {
      return await retryAccess(
        () => this.#askToSign(scope, operations, signal),
        this.#options.retry ?? {},
        signal,
      );
    } catch (error) {
      assertWanted(scope, signal);
      throw error;
    }
  }

  /** Signed requests of a scope, from as few answers of the service as it takes; `check` throws where one is not to be used. */
  presignedRequests(
    scope: AccessScope,
    check?: (grant: PresignedGrant) => void,
  ): PresignedRequests {
    return new PresignedRequests({
      check,
      presign: (operations, signal) => this.presign(scope, operations, { signal }),
      clock: this.#clock,
    });
  }

  #openAs(
    mode: ServiceMode,
    scope: AccessScope,
    { signal }: Pick<GrantOptions, 'signal'>,
  ): Promise<AccessGrant | PresignedGrant> {
    return mode === 'credentials'
      ? this.grant(scope, { signal })
      : this.presign(scope, [], { signal });
  }

  /** Someone who has nothing waits through retries; someone who holds a valid grant needs no patience. */
  async #renew(
    scope: AccessScope,
    entry: Entry,
    patient: boolean,
    signal: AbortSignal,
  ): Promise<AccessGrant> {
    const retry = patient ? (this.#options.retry ?? {}) : { retries: 0 };
    try {
      const grant = await retryAccess(() => this.#ask(scope, signal), retry, signal);
      entry.grant = grant;
      entry.refreshAt = this.#refreshTime(grant);
      return grant;
    } catch (error) {
      entry.refreshAt = this.#clock() + REFRESH_PAUSE_MS * (1 + Math.random());
      throw error;
    }
  }

  async #ask(scope: AccessScope, signal: AbortSignal): Promise<AccessGrant> {
    return sealGrant(await this.#exchange(scope, signal, { schema: accessGrantSchema }));
  }

  async #askToSign(
    scope: AccessScope,
    operations: readonly StoreOperation[],
    signal: AbortSignal,
  ): Promise<PresignedGrant> {
    const schema = presignedGrantSchema;
    const grant = await this.#exchange(scope, signal, { schema, operations });
    if (grant.requests.length === operations.length) return sealPresignedGrant(grant);
    throw new AccessError({
      code: 'InvalidResponse',
      message: `the service signed ${grant.requests.length} requests where ${operations.length} were asked for: not used; check auth_endpoint`,
    });
  }

  /** Each attempt is a request of its own: a nonce works once. */
  async #exchange<T extends AccessGrant | PresignedGrant>(
    scope: AccessScope,
    signal: AbortSignal,
    wish: {
      readonly schema: z.ZodType<T>;
      readonly operations?: readonly StoreOperation[];
    },
  ): Promise<T> {
    const { authEndpoint, signer, network, netuid, fetch, timeoutMs } = this.#options;
    const { schema, operations } = wish;
    const clock = this.#clock;
    const addressee = { network, netuid, audience: authEndpoint };
    const request = createAccessRequest(scope, { ...addressee, signer, clock, operations });
    const grant = await requestGrant(request, {
      schema,
      endpoint: this.#endpoint,
      fetch: fetch ?? globalThis.fetch,
      clock,
      timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal,
    });
    assertGrantOf(scope, signer.address, grant, clock());
    return grant;
  }

  #entryOf(scope: AccessScope): Entry {
    const key = describeScope(scope);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    // A validator asks for hundreds of miners in turn: what has expired is not kept.
    for (const [other, { grant, flight }] of this.#entries) {
      if (!flight.running && !this.#isValid(grant)) this.#entries.delete(other);
    }
    const entry: Entry = { flight: new SingleFlight(), refreshAt: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  #isValid(grant: AccessGrant | undefined): grant is AccessGrant {
    return grant !== undefined && this.#clock() < Date.parse(grant.expiration);
  }

  #refreshTime(grant: AccessGrant): number {
    const expiry = Date.parse(grant.expiration);
    const life = expiry - this.#clock();
    const margin =
      this.#options.refreshBeforeMs === undefined
        ? Math.min(MAX_REFRESH_BEFORE_MS, life / 5)
        : Math.min(this.#options.refreshBeforeMs, life / 2);
    return expiry - margin * (1 + Math.random() / 10);
  }
}

function assertWanted(scope: AccessScope, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new AccessError({
    code: 'Aborted',
    message: `${describeScope(scope)}: stopped before the credentials were there`,
    cause: signal.reason,
  });
}
