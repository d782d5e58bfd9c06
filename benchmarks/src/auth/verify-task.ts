import { accessRequestBytes, fromHex } from '@data-universe/core-auth/protocol';
import type { Task } from '../measure/task.ts';
import { readRequests } from './signed-requests.ts';
import { VERIFIERS, WARM_UP_REQUESTS } from './verifiers.ts';

/** What no decision can do without: one sr25519 verification, of bytes that are at hand. */
const verifyTaskWith =
  (verifier: keyof typeof VERIFIERS): Task =>
  async ({ prepared, units }) => {
    const verify = await VERIFIERS[verifier]();
    const signatures = (await readRequests(prepared)).map(({ signature, ...unsigned }) => ({
      address: unsigned.hotkey,
      message: accessRequestBytes(unsigned),
      signature: fromHex(signature, 64) ?? new Uint8Array(),
    }));
    const verifyAll = (some: typeof signatures) => {
      for (const { address, message, signature } of some)
        if (!verify(address, message, signature)) throw new Error('a signature is not valid');
    };
    verifyAll(signatures.slice(0, WARM_UP_REQUESTS));
    return async () => {
      verifyAll(signatures);
      return { units, bytes: null };
    };
  };

export const verifyLeanTask = verifyTaskWith('lean');
export const verifyFastTask = verifyTaskWith('fast');
