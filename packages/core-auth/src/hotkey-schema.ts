import { z } from 'zod';
import { type HotkeyAddress, isHotkeyAddress } from './hotkey-address.ts';

/** A hotkey as others send or write it. */
export const hotkeySchema = z
  .string()
  .max(64)
  .refine((text): text is HotkeyAddress => isHotkeyAddress(text), 'not an ss58 address');
