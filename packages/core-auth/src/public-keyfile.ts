import { z } from 'zod';
import { fromHex } from './hex.ts';
import { addressOf, type HotkeyAddress, isHotkeyAddress } from './hotkey-address.ts';

const publicKeyfileSchema = z.object({
  ss58Address: z.string().nullish(),
  /** As old versions spell it. */
  ' ss58Address': z.string().nullish(),
});

/** The address in `<hotkey>pub.txt`: btcli's JSON, or the public key in hex; undefined where it is neither. */
export function parsePublicKeyfile(bytes: Uint8Array): HotkeyAddress | undefined {
  const content = Buffer.from(bytes).toString('utf8').trim();
  const publicKey = fromHex(content.toLowerCase(), 32);
  if (publicKey !== undefined) return addressOf(publicKey);
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch {
    return undefined;
  }
  const keyfile = publicKeyfileSchema.safeParse(document);
  const address = keyfile.data?.ss58Address ?? keyfile.data?.[' ss58Address'];
  return address != null && isHotkeyAddress(address) ? address : undefined;
}
