import { publicKeyOf } from '@data-universe/core-auth';
import { blake2AsHex, xxhashAsHex } from '@polkadot/util-crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_NUMBER_KEY,
  GENESIS_HASH_KEY,
  TIMESTAMP_NOW_KEY,
  totalHotkeyAlphaKey,
  uidKey,
  validatorPermitKey,
} from '../src/storage-keys.ts';
import { RECORDED } from './support/recorded-storage.ts';

const { netuid, accounts, storage } = RECORDED;
const accountOf = (name: keyof typeof accounts = 'Eve') =>
  publicKeyOf(accounts[name]) ?? new Uint8Array();

describe('a storage key', () => {
  it.each(storage)('is the one a runtime uses: $item of $account', ({ item, account, key }) => {
    const keys: Record<string, string> = {
      'SubtensorModule.Uids': uidKey(netuid, accountOf(account)),
      'SubtensorModule.ValidatorPermit': validatorPermitKey(netuid),
      'SubtensorModule.TotalHotkeyAlpha': totalHotkeyAlphaKey(accountOf(account), netuid),
    };
    expect(keys[item]).toBe(key);
  });

  it('is built by the hashers of its item, for any subnet and account', () => {
    const account32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.nat(65_535), account32, (subnet, account) => {
        const identity = Buffer.of(subnet & 255, subnet >> 8).toString('hex');
        const hashed = plain(blake2AsHex(account, 128)) + Buffer.from(account).toString('hex');
        expect(uidKey(subnet, account)).toBe(prefix('SubtensorModule', 'Uids') + identity + hashed);
        expect(validatorPermitKey(subnet)).toBe(
          prefix('SubtensorModule', 'ValidatorPermit') + identity,
        );
        expect(totalHotkeyAlphaKey(account, subnet)).toBe(
          prefix('SubtensorModule', 'TotalHotkeyAlpha') + hashed + identity,
        );
      }),
    );
  });

  it('of the block itself follows from the names of pallet and item', () => {
    expect(TIMESTAMP_NOW_KEY).toBe(prefix('Timestamp', 'Now'));
    expect(BLOCK_NUMBER_KEY).toBe(prefix('System', 'Number'));
    const zero = new Uint8Array(4);
    expect(GENESIS_HASH_KEY).toBe(
      `${prefix('System', 'BlockHash') + plain(xxhashAsHex(zero, 64))}00000000`,
    );
  });
});

const plain = (text: string) => text.slice(2);
const prefix = (pallet: string, item: string) =>
  xxhashAsHex(pallet, 128) + plain(xxhashAsHex(item, 128));
