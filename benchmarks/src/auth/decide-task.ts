import {
  createAccessHandler,
  ManualClock,
  MemoryAuditSink,
  MemoryCredentialIssuer,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  TokenBucketLimiter,
} from '@data-universe/auth-lambda';
import { verifySignature } from '@data-universe/core-auth';
import { StaticNeuronRegistry } from '@data-universe/subtensor';
import type { Task } from '../measure/task.ts';
import { ADDRESSEE, readRequests, SIGNED_AT, signers } from './signed-requests.ts';

/** The credential service's handler over adapters in memory, one request after the other. */
export const decideTask: Task = async ({ prepared, units }) => {
  const bodies = (await readRequests(prepared)).map((request) =>
    Buffer.from(JSON.stringify(request)),
  );
  const handler = handlerFor(units);
  return async () => {
    for (const body of bodies) {
      const { status, body: answer } = await handler({
        body,
        headers: {},
        sourceAddress: '127.0.0.1',
      });
      if (status !== 200) throw new Error(`refused: ${answer}`);
    }
    return { units, bytes: null };
  };
};

function handlerFor(requests: number) {
  const clock = new ManualClock(SIGNED_AT);
  const neurons = signers().map(({ address }, uid) => {
    return { uid, hotkey: address, validator_permit: false };
  });
  return createAccessHandler(
    { ...ADDRESSEE, bucket: 'bench', region: 'us-east-1', uploads_per_day: requests },
    {
      clock,
      addressLimiter: new TokenBucketLimiter({ clock, burst: requests }),
      nonces: new MemoryNonceStore({ clock, capacity: requests }),
      registry: new StaticNeuronRegistry({
        network: ADDRESSEE.network,
        netuid: ADDRESSEE.netuid,
        neurons,
      }),
      levers: new MemoryOwnerLevers(),
      verify: verifySignature,
      quota: new MemoryQuotaStore(),
      issuer: new MemoryCredentialIssuer({ clock }),
      audit: new MemoryAuditSink(),
    },
  );
}
