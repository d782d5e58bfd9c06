import { toHex } from '@data-universe/core-auth/protocol';
import { blake2b } from '@noble/hashes/blake2.js';

// twox128(pallet) ++ twox128(item)
const UIDS = '0x658faa385070e074c85bf6b568cf0555aab1b4e78e1ea8305462ee53b3686dc8';
const VALIDATOR_PERMIT = '0x658faa385070e074c85bf6b568cf055556af5b07ace59da2c9d7f0d48bc93143';
const TOTAL_HOTKEY_ALPHA = '0x658faa385070e074c85bf6b568cf0555ee25c3b5b1886863480497907f1829e6';

export const TIMESTAMP_NOW_KEY =
  '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb';
export const BLOCK_NUMBER_KEY =
  '0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac';
/** System.BlockHash(0): Twox64Concat of the block number 0, u32. */
export const GENESIS_HASH_KEY =
  '0x26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746b4def25cfda6ef3a00000000';

/** SubtensorModule.Uids(netuid, account): Option<u16>, the test of registration. */
export function uidKey(netuid: number, account: Uint8Array): string {
  return UIDS + u16(netuid) + blake2Concat(account);
}

/** SubtensorModule.ValidatorPermit(netuid): Vec<bool> by uid. */
export function validatorPermitKey(netuid: number): string {
  return VALIDATOR_PERMIT + u16(netuid);
}

/** SubtensorModule.TotalHotkeyAlpha(account, netuid): u64 in RAO. */
export function totalHotkeyAlphaKey(account: Uint8Array, netuid: number): string {
  return TOTAL_HOTKEY_ALPHA + blake2Concat(account) + u16(netuid);
}

/** Identity(u16): little-endian, as it is. Hex without `0x`. */
function u16(value: number): string {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes.toString('hex');
}

/** Blake2_128Concat. BLAKE2b parameterised for 16 bytes is no prefix of its 64-byte digest. */
function blake2Concat(account: Uint8Array): string {
  return (toHex(blake2b(account, { dkLen: 16 })) + toHex(account).slice(2)).slice(2);
}
