import { sr25519Verify, waitReady } from '@polkadot/wasm-crypto';
import type { SignatureVerifier } from './signature-verifier.ts';
import { verifierOver } from './verifier-over.ts';

/** In WebAssembly, for a process that lives long: about 0.5 ms a verification. Throws where it can't be loaded. */
export async function loadFastVerifier(): Promise<SignatureVerifier> {
  if (!(await waitReady()))
    throw new Error('the WebAssembly of @polkadot/wasm-crypto did not load');
  return verifierOver((message, signature, publicKey) =>
    sr25519Verify(signature, message, publicKey),
  );
}
