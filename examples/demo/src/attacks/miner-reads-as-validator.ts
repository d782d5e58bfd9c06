import { askService, expectRefusal, requestBy } from './ask-service.ts';
import type { Attack } from './attack.ts';

/** A registered miner asks for what only validators may have: to read another miner's data. */
export const minerReadsAsValidator: Attack = {
  name: "a miner asking for a validator's read",
  async run({ network }) {
    const [attacker, victim] = network.miners;
    const scope = { action: 'read', minerHotkey: victim.address } as const;
    return expectRefusal(
      await askService(network, requestBy(attacker, scope, network)),
      'NoValidatorPermit',
    );
  },
};
