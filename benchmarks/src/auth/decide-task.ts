import {
  type AccessHandler,
  createAccessHandler,
  type IssuedCredentials,
  ManualClock,
  MemoryAuditSink,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  TokenBucketLimiter,
} from '@data-universe/auth-lambda';
import type { SignatureVerifier } from '@data-universe/core-auth/protocol';
import { StaticNeuronRegistry } from '@data-universe/subtensor';
import type { Task } from '../measure/task.ts';
import { ADDRESSEE, readRequests, SIGNED_AT, signers } from './signed-requests.ts';
import { VERIFIERS, WARM_UP_REQUESTS } from './verifiers.ts';

/** The credential service's handler over adapters in memory, one request after the other. */
const decideTaskWith =
  (verifier: keyof typeof VERIFIERS): Task =>
  async ({ prepared, units }) => {
    const verify = await VERIFIERS[verifier]();
    const bodies = (await readRequests(prepared)).map((request) =>
      Buffer.from(JSON.stringify(request)),
    );
    const decideAll = async (handler: AccessHandler, some: typeof bodies) => {
      for (const body of some) {
        const output = await handler({ body, headers: {}, sourceAddress: '127.0.0.1' });
        if (output.status !== 200) throw new Error(`refused: ${output.body}`);
      }
    };
    await decideAll(handlerFor(units, verify), bodies.slice(0, WARM_UP_REQUESTS));
    const handler = handlerFor(units, verify);
    return async () => {
      await decideAll(handler, bodies);
      return { units, bytes: null };
    };
  };

export const decideLeanTask = decideTaskWith('lean');
export const decideFastTask = decideTaskWith('fast');

/** The chain's list and these are at hand: neither a chain nor an STS is measured. */
const CREDENTIALS: IssuedCredentials = {
  accessKeyId: 'ASIABENCH',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: new Date(SIGNED_AT + 900_000),
};

function handlerFor(requests: number, verify: SignatureVerifier): AccessHandler {
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
      verify,
      quota: new MemoryQuotaStore(),
      issuer: { issue: async () => CREDENTIALS },
      audit: new MemoryAuditSink(),
    },
  );
}
