import { createHash } from 'node:crypto';
import { type HotkeyAddress, isHotkeyAddress } from '@data-universe/core-auth';
import { RepositoryNameError } from './repository-name-error.ts';

const UIDS = 256n;

/**
 * The number 0 to 255 that stands for a hotkey in repository names: the first 8 bytes of SHA-1 over its ss58 text, big-endian,
 * modulo 256. Not the neuron's uid on the chain, and not unique: two hotkeys share a number once in 256 times.
 * Throws RepositoryNameError InvalidHotkey.
 */
export function repositoryUid(hotkey: HotkeyAddress): number {
  if (!isHotkeyAddress(hotkey)) {
    const shown = JSON.stringify(String(hotkey).slice(0, 64));
    throw new RepositoryNameError('InvalidHotkey', `${shown} is not the ss58 address of a hotkey`);
  }
  const digest = createHash('sha1').update(hotkey, 'utf8').digest();
  return Number(digest.readBigUInt64BE(0) % UIDS);
}
