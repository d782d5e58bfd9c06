import { GetObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { type Answer, answerOf } from './answer.ts';
import { type Cast, contained, type IsolationCase, onCeph, refused } from './case.ts';
import type { Keys } from './clients.ts';
import { queryAction } from './query-action.ts';

/** Asks STS as a session does that would like to be another. */
async function withSts<T>(
  { world }: Cast,
  { accessKeyId, secretAccessKey, sessionToken = '' }: Keys,
  ask: (sts: STSClient) => Promise<T>,
): Promise<T> {
  const { endpoint, region } = world.server;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const sts = new STSClient({ endpoint, region, credentials, maxAttempts: 1 });
  try {
    return await ask(sts);
  } finally {
    sts.destroy();
  }
}

const assume = (RoleArn: string) => new AssumeRoleCommand({ RoleArn, RoleSessionName: 'chained' });

const chained = (who: string, role: 'upload' | 'read', keysOf: (cast: Cast) => Keys) =>
  refused(`${who} that assumes the ${role} role`, (cast) =>
    withSts(cast, keysOf(cast), (sts) => answerOf(sts.send(assume(cast.world.server.roles[role])))),
  );

/** Actions of IAM: nobody's but the operator's. The local cloud has none at all. */
const IAM_ACTIONS = [
  { Action: 'PutRolePolicy', PolicyName: 'role', PolicyDocument: '{}' },
  { Action: 'GetRolePolicy', PolicyName: 'role' },
  { Action: 'GetRole' },
  { Action: 'DeleteRolePolicy', PolicyName: 'role' },
  { Action: 'UpdateAssumeRolePolicy', PolicyDocument: '{}' },
  { Action: 'DeleteRole' },
  { Action: 'ListRoles' },
];

/** What the miner's token opens with a bit of each 16 bytes flipped: its own object, and a foreign one. */
async function alteredAnswers({ world, minerKeys }: Cast): Promise<[Answer, Answer][]> {
  const token = Buffer.from(minerKeys.sessionToken, 'base64');
  const answers: [Answer, Answer][] = [];
  for (let at = 0; at < token.length; at += 16) {
    const altered = Buffer.from(token);
    altered.writeUInt8(token.readUInt8(at) ^ 1, at);
    const client = world.clients.s3({ ...minerKeys, sessionToken: altered.toString('base64') });
    const get = (key: string) => answerOf(client.send(new GetObjectCommand(world.object(key))));
    answers.push([await get(world.kept), await get(world.foreign)]);
    client.destroy();
  }
  return answers;
}

export const sessionCases: readonly IsolationCase[] = [
  chained('a miner', 'upload', ({ minerKeys }) => minerKeys),
  chained('a miner', 'read', ({ minerKeys }) => minerKeys),
  chained('a validator', 'upload', ({ readerKeys }) => readerKeys),
  onCeph(
    'a role that its sessions may assume by themselves frees them of their policy',
    async (cast) => {
      const { world } = cast;
      const { unguardedRole = '' } = world.server;
      // Only the role they were given denies itself to its sessions.
      const { Credentials } = await withSts(cast, cast.minerKeys, (sts) =>
        sts.send(assume(unguardedRole)),
      );
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
      const client = world.clients.s3({
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      });
      const get = client.send(new GetObjectCommand(world.object(world.foreign)));
      expect(await answerOf(get)).toEqual({ status: 200 });
    },
  ),
  {
    only: 'local cloud',
    ...contained('a token of which any bit is flipped opens nothing at all', async (cast) => {
      for (const answers of await alteredAnswers(cast))
        for (const answer of answers) expect(answer).toEqual({ status: 400, code: 'InvalidToken' });
    }),
  },
  onCeph(
    'a flipped bit frees a token of its session policy: it reads every miner',
    async (cast) => {
      const answers = await alteredAnswers(cast);
      // Its tokens are encrypted and not authenticated, and a policy that cannot be read is left out.
      expect(answers.filter(([, foreign]) => foreign.status === 200).length).toBeGreaterThan(0);
    },
  ),
  refused(
    'a session that asks for a session',
    (cast) =>
      withSts(cast, cast.minerKeys, (sts) => answerOf(sts.send(new GetSessionTokenCommand({})))),
    { aws: { status: 400, code: 'InvalidAction' }, ceph: 403 },
  ),
  ...IAM_ACTIONS.map((parameters) =>
    refused(
      `a miner's ${parameters.Action}`,
      ({ world, minerKeys }) => {
        const { endpoint, region, roles } = world.server;
        const RoleName = roles.upload.replace(/^.*\//, '');
        return queryAction({ endpoint, region, keys: minerKeys }, { RoleName, ...parameters });
      },
      { aws: { status: 400, code: 'InvalidAction' }, ceph: 403 },
    ),
  ),
];
