import { expect } from 'vitest';
import type { Answer } from '../isolation/answer.ts';
import type { Server } from '../isolation/server.ts';
import type { Changes, Stage } from './stage.ts';

export interface PresignedCase {
  readonly only?: Server['kind'];
  readonly name: (kind: Server['kind']) => string;
  readonly run: (stage: Stage) => Promise<void>;
}

export interface Expected {
  /** What AWS answers, and the local cloud like it. */
  readonly aws?: Answer;
  /** What Ceph 16.2 answers, where it is another status; 2xx says that Ceph does not refuse it. */
  readonly ceph?: number;
}

export const MISMATCH: Answer = { status: 403, code: 'SignatureDoesNotMatch' };
/** An `x-amz-` header that nobody signed. */
export const UNSIGNED_HEADER: Answer = { status: 403, code: 'AccessDenied' };

/** Something that must not be done with what was signed. */
export function refused(
  what: string,
  attempt: (stage: Stage) => Promise<Answer>,
  { aws = MISMATCH, ceph = aws.status }: Expected = {},
): PresignedCase {
  return {
    name: (kind) => {
      const status = kind === 'Ceph RGW' ? ceph : aws.status;
      return `${what} is answered ${status < 300 ? `NOT refused: ${status}` : status}`;
    },
    run: async (stage) => {
      const answer = await attempt(stage);
      if (stage.server.kind === 'Ceph RGW') expect(answer.status, answer.code).toBe(ceph);
      else expect(answer).toEqual(aws);
    },
  };
}

/** A put that is changed on its way: what is refused leaves nothing, what is not only what was signed. */
export function bentPut(
  what: string,
  bend: (stage: Stage) => Changes,
  expected: Expected = {},
): PresignedCase {
  const attempt = async (stage: Stage): Promise<Answer> => {
    const key = stage.fresh();
    const answer = await stage.sendPut(stage.put(key), bend(stage));
    expect(await stage.holds(key)).toBe(answer.status < 300 ? key : undefined);
    if (answer.status < 300) expect(await stage.getByNobody(key)).toMatchObject({ status: 403 });
    return answer;
  };
  return refused(`a put ${what}`, attempt, expected);
}

/** A get of the miner's own object that is changed on its way. */
export function bentGet(what: string, bend: (stage: Stage) => Changes, expected: Expected = {}) {
  const attempt = async (stage: Stage): Promise<Answer> =>
    stage.send(await stage.signed({ op: 'get', key: stage.kept }), bend(stage));
  return refused(`a get ${what}`, attempt, expected);
}

/** A listing of the miner's own prefix that is changed on its way. */
export function bentList(what: string, bend: (stage: Stage) => Changes, expected: Expected = {}) {
  const attempt = async (stage: Stage): Promise<Answer> => {
    const listing = { op: 'list', prefix: stage.own, start_after: `${stage.own}a`, max_keys: 2 };
    return stage.send(await stage.signed({ ...listing, op: 'list' }), bend(stage));
  };
  return refused(`a listing ${what}`, attempt, expected);
}

/** Something that may be done. */
export function served(name: string, run: (stage: Stage) => Promise<void>): PresignedCase {
  return { name: () => name, run };
}

/** Something that Ceph 16.2 does and AWS does not, which a service has to know. */
export function onCeph(name: string, run: (stage: Stage) => Promise<void>): PresignedCase {
  return { only: 'Ceph RGW', name: () => name, run };
}

export const replaced =
  (text: string | RegExp, by: string) =>
  (url: string): string => {
    const bent = url.replace(text, () => by);
    expect(bent).not.toBe(url);
    return bent;
  };

export const appended = (text: string) => (url: string) => `${url}${text}`;
