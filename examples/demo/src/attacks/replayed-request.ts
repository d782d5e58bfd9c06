import { askService, expectRefusal, requestBy } from './ask-service.ts';
import type { Attack } from './attack.ts';

/** An eavesdropper sends a miner's own request once more. */
export const replayedRequest: Attack = {
  name: 'replayed request',
  async run({ network }) {
    const request = requestBy(network.miners[0], { action: 'upload', source: 'x' }, network);
    const first = await askService(network, request);
    if (first !== undefined) return { refused: false, answer: `even the original: ${first}` };
    return expectRefusal(await askService(network, request), 'Replayed');
  },
};
