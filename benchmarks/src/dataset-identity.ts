import { signerFromUri } from '@data-universe/core-auth';

/** Whose dataset is written and read. */
export const IDENTITY = {
  hotkey: signerFromUri('//Miner').address,
  source: 'x',
  network: 'bench',
  netuid: 13,
} as const;
