import { verify } from '@scure/sr25519';
import { verifierOver } from './verifier-over.ts';

/** In plain JavaScript, small and quick to load: for a process that lives for a few requests. 2 to 3 ms each. */
export const verifyLean = verifierOver(verify);
