import { accessRequestBytes, fromHex, verifySignature } from '@data-universe/core-auth';
import type { Task } from '../measure/task.ts';
import { readRequests } from './signed-requests.ts';

/** What no decision can do without: one sr25519 verification, of bytes that are at hand. */
export const verifyTask: Task = async ({ prepared, units }) => {
  const signatures = (await readRequests(prepared)).map(({ signature, ...unsigned }) => ({
    address: unsigned.hotkey,
    message: accessRequestBytes(unsigned),
    signature: fromHex(signature, 64) ?? new Uint8Array(),
  }));
  return async () => {
    for (const { address, message, signature } of signatures)
      if (!verifySignature(address, message, signature))
        throw new Error('a signature is not valid');
    return { units, bytes: null };
  };
};
