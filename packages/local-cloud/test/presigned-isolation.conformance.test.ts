import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeWithCeph, sharedCeph } from '../../../scripts/ceph/for-tests.ts';
import { type Server, startOnCeph, startOnLocalCloud } from './isolation/server.ts';
import type { PresignedCase } from './presigned/case.ts';
import { putCases } from './presigned/put-cases.ts';
import { readCases } from './presigned/read-cases.ts';
import { serviceCases } from './presigned/service-cases.ts';
import { Stage } from './presigned/stage.ts';

const GROUPS: Readonly<Record<string, readonly PresignedCase[]>> = {
  'what the service signs': serviceCases,
  puts: putCases,
  'gets, heads and listings': readCases,
};

describe('requests presigned for the local cloud do what they were signed for', () => {
  isolation('local cloud', startOnLocalCloud);
});
describeWithCeph('requests presigned for Ceph RGW do what they were signed for', () => {
  isolation('Ceph RGW', async () => startOnCeph(await sharedCeph()));
});

function isolation(kind: Server['kind'], start: () => Promise<Server>): void {
  let stage: Stage;
  let before: string[];
  let turn = 0;

  beforeAll(async () => {
    stage = new Stage(await start());
    await stage.layOut();
    before = await stage.everything();
  }, 120_000);

  afterAll(async () => {
    stage.close();
    await stage.server.stop();
  });

  describe.each(Object.entries(GROUPS))('%s', (_, cases) => {
    for (const { only = kind, name, run } of cases)
      if (only === kind) it(name(kind), () => run(stage));

    // What is allowed goes on beside what is refused.
    afterEach(async () => {
      turn += 1;
      const { kept, own } = stage;
      const neighbours = [
        () => stage.sendPut(),
        async () => stage.send(await stage.signed({ op: 'get', key: kept })),
        async () => stage.send(await stage.signed({ op: 'list', prefix: own })),
        async () => stage.send(await stage.signedToRead({ op: 'head', key: kept })),
      ];
      expect(await neighbours[turn % neighbours.length]?.()).toMatchObject({ status: 200 });
    });
  });

  it('in the end everything is as it was', async () => {
    const after = new Set(await stage.everything());
    for (const object of before) expect(after).toContain(object);
    const added = [...after].filter((object) => !before.includes(object));
    for (const object of added) expect(object.startsWith(`${stage.own}data_`)).toBe(true);
  });
}
