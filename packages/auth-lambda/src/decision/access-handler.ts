import { randomUUID } from 'node:crypto';
import type { AccessGrant, PresignedGrant } from '@data-universe/core-auth/protocol';
import type { AuditRecord } from '../audit/audit-sink.ts';
import type { DecisionFigures } from '../metrics/decision-metrics.ts';
import { spellGrant } from '../wire/spell-grant.ts';
import { type AccessConfigInput, accessConfigSchema } from './access-config.ts';
import type { AccessInput } from './access-input.ts';
import type { AccessPorts } from './access-ports.ts';
import { decide } from './decide.ts';
import type { Findings } from './findings.ts';
import { faultRefusal, Refusal } from './refusal.ts';
import { inTime } from './time-limit.ts';

export interface AccessOutput {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON: an AccessGrant or a PresignedGrant with 200, as its form spells it; an AccessRefusal with any other status. */
  readonly body: string;
}

/** One signed request in, credentials or a refusal out, whatever the transport. Never throws. */
export type AccessHandler = (input: AccessInput) => Promise<AccessOutput>;

/** Builds the service. Throws ZodError where the configuration is wrong. */
export function createAccessHandler(
  configuration: AccessConfigInput,
  ports: AccessPorts,
): AccessHandler {
  const config = accessConfigSchema.parse(configuration);

  return async (input) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const findings: Findings = {};
    const audit = (refusal?: Refusal) =>
      inTime(
        config.state_timeout_ms,
        ports.audit.write({
          request_id: requestId,
          time: new Date(ports.clock.now()).toISOString(),
          decision: refusal === undefined ? 'granted' : 'refused',
          code: refusal?.code,
          source_address: input.sourceAddress.slice(0, 64),
          ...describe(findings),
          // They can be long, and quotas bound grants alone: nobody is to fill the log with what is refused.
          operations: refusal === undefined ? findings.claim?.operations : undefined,
          latency_ms: Math.round(performance.now() - startedAt),
          fault: refusal?.fault,
        }),
      );

    let grant: AccessGrant | PresignedGrant | undefined;
    let refusal: Refusal | undefined;
    try {
      grant = { request_id: requestId, ...(await decide(input, config, ports, findings)) };
    } catch (error) {
      refusal = asRefusal(error, 'service');
    }
    try {
      await audit(refusal);
    } catch (error) {
      // No credentials leave without a line that says so.
      refusal = asRefusal(error, 'audit');
    }
    measure(ports, {
      code: refusal?.code ?? 'Granted',
      action: findings.claim?.scope.action,
      latencyMs: performance.now() - startedAt,
      chainAgeSeconds: findings.chainAsked ? chainAge(ports) : undefined,
    });
    if (refusal !== undefined || grant === undefined)
      return answerRefusal(requestId, refusal ?? asRefusal(undefined, 'service'));
    return answer(200, requestId, spellGrant(grant, findings.claim));
  };
}

function measure({ metrics }: AccessPorts, figures: DecisionFigures): void {
  try {
    metrics?.record(figures);
  } catch {
    // The decision has been made and written down: what counts it may not change it.
  }
}

function chainAge({ registry, clock }: AccessPorts): number | undefined {
  const { lastBlock } = registry;
  return lastBlock && (clock.now() - lastBlock.timestamp) / 1000;
}

/** Any failure nobody foresaw is ours: no credentials, and nothing of it reaches the client. */
function asRefusal(error: unknown, stage: string): Refusal {
  if (error instanceof Refusal) return error;
  return faultRefusal(
    'IssuerUnavailable',
    'The service failed to decide on this request; try again in a few seconds with a new one, and tell its operator if it lasts.',
    stage,
    error,
  );
}

function describe(findings: Findings): Partial<AuditRecord> {
  const { claim } = findings;
  return {
    form: claim?.form,
    ...(findings.signatureVerified ? { hotkey: claim?.hotkey } : { claimed_hotkey: claim?.hotkey }),
    uid: findings.uid,
    action: claim?.scope.action,
    prefixes: findings.prefixes,
    policy_sha256: findings.policySha256,
  };
}

function answerRefusal(requestId: string, refusal: Refusal): AccessOutput {
  const { retryAfterSeconds: seconds, status } = refusal;
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  return answer(status, requestId, refusal.toBody(requestId), headers);
}

function answer(
  status: number,
  requestId: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): AccessOutput {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      // The answer can hold credentials.
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...headers,
    },
    body: JSON.stringify(body),
  };
}
