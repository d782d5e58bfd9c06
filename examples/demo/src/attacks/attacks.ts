import { alteredBytes } from './altered-bytes.ts';
import type { Attack } from './attack.ts';
import { foreignPrefix } from './foreign-prefix.ts';
import { forgedSignature } from './forged-signature.ts';
import { minerReadsAsValidator } from './miner-reads-as-validator.ts';
import { replayedRequest } from './replayed-request.ts';
import { unregisteredHotkey } from './unregistered-hotkey.ts';

/** In order; the last one leaves a damaged dataset behind. */
export const ATTACKS: readonly Attack[] = [
  forgedSignature,
  replayedRequest,
  foreignPrefix,
  unregisteredHotkey,
  minerReadsAsValidator,
  alteredBytes,
];
