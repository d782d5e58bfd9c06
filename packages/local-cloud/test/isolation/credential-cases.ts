import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Answer, answerOf } from './answer.ts';
import { type Cast, type Expected, type IsolationCase, refused } from './case.ts';
import type { Keys } from './clients.ts';

const INVALID_TOKEN = { aws: { status: 400, code: 'InvalidToken' }, ceph: 403 };
const SKEWED = { aws: { status: 403, code: 'RequestTimeTooSkewed' } };

/** A get of what the miner may read, with other credentials than its own. */
function get({ world }: Cast, keys: Keys): Promise<Answer> {
  const client = world.clients.s3(keys);
  return answerOf(client.send(new GetObjectCommand(world.object(world.kept))));
}

const WRONG: ReadonlyArray<
  readonly [name: string, keys: (cast: Cast) => Keys, expected?: Expected]
> = [
  [
    "another session's token",
    ({ minerKeys, otherMinerKeys }) => ({
      ...minerKeys,
      sessionToken: otherMinerKeys.sessionToken,
    }),
    INVALID_TOKEN,
  ],
  [
    "another session's keys",
    ({ minerKeys, otherMinerKeys }) => ({
      ...otherMinerKeys,
      sessionToken: minerKeys.sessionToken,
    }),
    INVALID_TOKEN,
  ],
  [
    'no token',
    ({ minerKeys: { accessKeyId, secretAccessKey } }) => ({ accessKeyId, secretAccessKey }),
    { aws: { status: 403, code: 'InvalidAccessKeyId' } },
  ],
  [
    'half a token',
    ({ minerKeys }) => ({
      ...minerKeys,
      sessionToken: minerKeys.sessionToken.slice(0, minerKeys.sessionToken.length / 2),
    }),
    INVALID_TOKEN,
  ],
  [
    'a token and more',
    ({ minerKeys }) => ({ ...minerKeys, sessionToken: `${minerKeys.sessionToken}AAAA` }),
    INVALID_TOKEN,
  ],
  [
    'a word for a token',
    ({ minerKeys }) => ({ ...minerKeys, sessionToken: 'x' }),
    { aws: { status: 400, code: 'InvalidToken' } },
  ],
  [
    "a user's keys and a session's token",
    ({ minerKeys, world }) => ({ ...world.server.admin, sessionToken: minerKeys.sessionToken }),
    INVALID_TOKEN,
  ],
  [
    'another secret',
    ({ minerKeys, otherMinerKeys }) => ({
      ...minerKeys,
      secretAccessKey: otherMinerKeys.secretAccessKey,
    }),
    { aws: { status: 403, code: 'SignatureDoesNotMatch' } },
  ],
  [
    'an access key of nobody',
    ({ minerKeys }) => ({ ...minerKeys, accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' }),
    INVALID_TOKEN,
  ],
];

/** By a clock that is off by so many minutes. */
function skewed(name: string, minutes: number): IsolationCase[] {
  const client = ({ world, minerKeys }: Cast): S3Client =>
    world.clients.s3({ ...minerKeys }, { systemClockOffset: minutes * 60_000 });
  return [
    refused(
      `a get by a clock that is ${name}`,
      (cast) => {
        const { world } = cast;
        return answerOf(client(cast).send(new GetObjectCommand(world.object(world.kept))));
      },
      SKEWED,
    ),
    refused(
      `a put by a clock that is ${name}`,
      (cast) => {
        const put = { ...cast.world.object(cast.world.fresh()), Body: 'mine' };
        return answerOf(client(cast).send(new PutObjectCommand(put)));
      },
      SKEWED,
    ),
  ];
}

export const credentialCases: readonly IsolationCase[] = [
  ...WRONG.map(([name, keysOf, expected]) =>
    refused(`a request with ${name}`, (cast) => get(cast, keysOf(cast)), expected),
  ),
  ...skewed('sixteen minutes slow', -16),
  ...skewed('sixteen minutes fast', 16),
  ...skewed('a year fast', 365 * 24 * 60),
];
