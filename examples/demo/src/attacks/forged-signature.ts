import { askService, expectRefusal, requestBy } from './ask-service.ts';
import type { Attack } from './attack.ts';

/** A stranger writes a miner's name on a request and signs it with a key of his own. */
export const forgedSignature: Attack = {
  name: 'forged signature',
  async run({ network }) {
    const { stranger, miners } = network;
    const forger = {
      address: miners[0].address,
      sign: (bytes: Uint8Array) => stranger.sign(bytes),
    };
    const request = requestBy(forger, { action: 'upload', source: 'x' }, network);
    return expectRefusal(await askService(network, request), 'BadSignature');
  },
};
