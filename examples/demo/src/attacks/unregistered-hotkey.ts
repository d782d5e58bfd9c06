import { askService, expectRefusal, requestBy } from './ask-service.ts';
import type { Attack } from './attack.ts';

/** A hotkey of its own, correctly signed for, that the subnet has never heard of. */
export const unregisteredHotkey: Attack = {
  name: 'unregistered hotkey',
  async run({ network }) {
    const request = requestBy(network.stranger, { action: 'upload', source: 'x' }, network);
    return expectRefusal(await askService(network, request), 'NotRegistered');
  },
};
