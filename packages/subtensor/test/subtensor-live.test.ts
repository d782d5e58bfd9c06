import { randomBytes } from 'node:crypto';
import { addressOf, fromHex } from '@data-universe/core-auth';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SubtensorRegistry, type SubtensorSettings } from '../src/index.ts';
import { jsonRpc } from '../src/json-rpc.ts';

/**
 * Against a running node, by its HTTP URL: `DATA_UNIVERSE_SUBTENSOR_URL=http://127.0.0.1:9944`, and
 * the subnet in DATA_UNIVERSE_SUBTENSOR_NETUID (13 by default), which must have a neuron of uid 0.
 */
const url = process.env.DATA_UNIVERSE_SUBTENSOR_URL ?? '';
const netuid = Number(process.env.DATA_UNIVERSE_SUBTENSOR_NETUID ?? 13);

describe.skipIf(url === '')(
  `a running node${url === '' ? ' (skipped: DATA_UNIVERSE_SUBTENSOR_URL is not set)' : ''}`,
  () => {
    const text = z.string();

    it('gives the same neuron through storage and through the metagraph', async () => {
      const rpc = jsonRpc(url, 30_000, AbortSignal.timeout(60_000));
      const genesisHash = text.parse(await rpc('chain_getBlockHash', [0]));
      const settings: SubtensorSettings = {
        network: 'running',
        netuid,
        genesisHash,
        endpoints: [url],
        requestTimeoutMs: 30_000,
        totalTimeoutMs: 60_000,
      };
      const netuidBytes = Buffer.of(netuid & 255, netuid >> 8).toString('hex');
      const keysPrefix = '0x658faa385070e074c85bf6b568cf05559f99a2ce711f3a31b2fc05604c93f179';
      const account = await rpc('state_getStorage', [`${keysPrefix}${netuidBytes}0000`]);
      const hotkey = addressOf(fromHex(text.parse(account), 32) ?? new Uint8Array());

      const [stored, weighed] = [
        new SubtensorRegistry({ ...settings, stake: 'alpha' }),
        new SubtensorRegistry({ ...settings, stake: 'weighed' }),
      ];
      const [first, second] = [
        await stored.lookup(netuid, hotkey),
        await weighed.lookup(netuid, hotkey),
      ];
      expect(first).toMatchObject({ registered: true, uid: 0, stake: expect.any(BigInt) });
      expect(second).toEqual({ ...first, stake: expect.any(BigInt) });
      expect(weighed.lastBlock?.number).toBeGreaterThan(0);

      const nobody = addressOf(new Uint8Array(randomBytes(32)));
      expect(await stored.lookup(netuid, nobody)).toEqual({ registered: false });
      expect(await weighed.lookup(netuid, nobody)).toEqual({ registered: false });
    }, 120_000);
  },
);
