import type { S3Client } from '@aws-sdk/client-s3';
import type { IssuedCredentials } from '@data-universe/auth-lambda';
import { expect } from 'vitest';
import type { Answer } from './answer.ts';
import type { Server } from './server.ts';
import type { OpenUpload, World } from './world.ts';

/** Everybody who takes part, signed in. */
export interface Cast {
  readonly world: World;
  /** Uploads source x: the one to be held. */
  readonly miner: S3Client;
  readonly minerKeys: IssuedCredentials;
  /** Reads the miner: the other one to be held. */
  readonly reader: S3Client;
  readonly readerKeys: IssuedCredentials;
  readonly otherMiner: S3Client;
  readonly otherMinerKeys: IssuedCredentials;
  readonly admin: S3Client;
  /** An upload of the other miner's, under way. */
  readonly otherUpload: OpenUpload;
}

export interface IsolationCase {
  /** Where it is the case, if not everywhere. */
  readonly only?: Server['kind'];
  readonly name: (kind: Server['kind']) => string;
  readonly run: (cast: Cast) => Promise<void>;
}

export const DENIED: Answer = { status: 403, code: 'AccessDenied' };

export interface Expected {
  /** What AWS answers, and the local cloud like it. Default: 403 AccessDenied. */
  readonly aws?: Answer;
  /** What Ceph 16.2 answers, where it is another status; 2xx says that Ceph does not refuse it. */
  readonly ceph?: number;
}

/** Something that must not be done. */
export function refused(
  what: string,
  attempt: (cast: Cast) => Promise<Answer>,
  { aws = DENIED, ceph = aws.status }: Expected = {},
): IsolationCase {
  const told = (kind: Server['kind']) => {
    if (kind === 'Ceph RGW') return ceph < 300 && aws.status > 300 ? `NOT refused: ${ceph}` : ceph;
    return [aws.status, aws.code].filter(Boolean).join(' ');
  };
  return {
    name: (kind) => `${what} is answered ${told(kind)}`,
    run: async (cast) => {
      const answer = await attempt(cast);
      // Ceph's codes are its own: of them the status counts.
      if (cast.world.server.kind === 'Ceph RGW') expect(answer.status, answer.code).toBe(ceph);
      else expect(answer).toEqual(aws);
    },
  };
}

/** Something that Ceph 16.2 lets happen and AWS does not, so that nobody takes the one for the other. */
export function onCeph(name: string, run: (cast: Cast) => Promise<void>): IsolationCase {
  return { only: 'Ceph RGW', name: () => name, run };
}

/** Something that may be done, and opens no more than it should. */
export function contained(name: string, run: (cast: Cast) => Promise<void>): IsolationCase {
  return { name: () => name, run };
}
