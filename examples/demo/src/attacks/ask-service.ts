import {
  type AccessRequest,
  type AccessScope,
  accessRefusalSchema,
  createAccessRequest,
  type RefusalCode,
  type Signer,
} from '@data-universe/core-auth';
import { NETUID, NETWORK, type PrivateNetwork } from '../private-network.ts';
import type { AttackResult } from './attack.ts';

export function requestBy(
  signer: Signer,
  scope: AccessScope,
  network: PrivateNetwork,
): AccessRequest {
  return createAccessRequest(scope, {
    signer,
    network: NETWORK,
    netuid: NETUID,
    audience: network.authEndpoint,
  });
}

/** The code of a refusal; undefined where credentials were handed out. */
export async function askService(
  network: PrivateNetwork,
  request: AccessRequest,
): Promise<RefusalCode | undefined> {
  const response = await fetch(network.authEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const answer: unknown = await response.json();
  return response.ok ? undefined : accessRefusalSchema.parse(answer).error.code;
}

export function expectRefusal(code: RefusalCode | undefined, expected: RefusalCode): AttackResult {
  return { refused: code === expected, answer: code ?? 'credentials were handed out' };
}
