import type { AccessScope, Signer, StoreOperation } from '@data-universe/core-auth';
import { expect } from 'vitest';
import { type PresignedCase, served } from './case.ts';
import { fileName, type Stage } from './stage.ts';

type Question = (stage: Stage) => {
  readonly by?: Signer;
  readonly scope?: AccessScope;
  readonly operation: StoreOperation;
};

const upload: AccessScope = { action: 'upload', source: 'x' };
const readOf = ({ miner }: Stage): AccessScope => ({ action: 'read', minerHotkey: miner.address });

/** Something that the service has to leave unsigned. */
function unsigned(what: string, code: string, question: Question): PresignedCase {
  return {
    name: () => `${what} is not signed: ${code}`,
    run: async (stage) => {
      const { by = stage.miner, scope = upload, operation } = question(stage);
      expect(await stage.ask(by, scope, [operation])).toMatchObject({ code });
    },
  };
}

const get = (what: string, key: (stage: Stage) => string) =>
  unsigned(`a get of ${what}`, 'BadRequest', (stage) => ({
    operation: { op: 'get', key: key(stage) },
  }));

export const serviceCases: readonly PresignedCase[] = [
  get("another miner's object", ({ foreign }) => foreign),
  get("another miner's manifest", ({ foreignManifest }) => foreignManifest),
  get('a sibling source', ({ miner }) => `data/reddit/${miner.address}/${fileName(0)}`),
  get(
    "an address that continues the miner's",
    ({ miner }) => `data/x/${miner.address}z/${fileName(0)}`,
  ),
  get(
    "an address that the miner's continues",
    ({ miner }) => `data/x/${miner.address.slice(0, -1)}/${fileName(0)}`,
  ),
  get('a key that climbs', ({ own, foreign }) => `${own}../../../${foreign}`),
  get('a key that climbs in escapes', ({ own, foreign }) => `${own}%2e%2e%2f${foreign}`),
  get('a wildcard', ({ own }) => `${own}*`),
  get('every miner', () => `data/x/*/${fileName(0)}`),
  get('a key with a query', ({ kept }) => `${kept}?acl`),
  get('a key outside of the data', () => 'seed'),
  unsigned("a put below another miner's prefix", 'BadRequest', (stage) => ({
    operation: stage.put(`${stage.other}${fileName(1)}`, 'mine'),
  })),
  unsigned("a listing of another miner's", 'BadRequest', ({ other }) => ({
    operation: { op: 'list', prefix: other },
  })),
  unsigned('a listing of all miners', 'BadRequest', () => ({
    operation: { op: 'list', prefix: 'data/x/' },
  })),
  unsigned('a put by a validator', 'BadRequest', (stage) => ({
    by: stage.validator,
    scope: readOf(stage),
    operation: stage.put(),
  })),
  unsigned('a get of another miner than the one named', 'BadRequest', (stage) => ({
    by: stage.validator,
    scope: readOf(stage),
    operation: { op: 'get', key: stage.foreign },
  })),
  unsigned('a read without a permit', 'NoValidatorPermit', (stage) => ({
    by: stage.otherMiner,
    scope: readOf(stage),
    operation: { op: 'get', key: stage.kept },
  })),
  unsigned('a read by the miner itself, as a validator', 'NoValidatorPermit', (stage) => ({
    scope: readOf(stage),
    operation: { op: 'get', key: stage.kept },
  })),
  unsigned('anything for a stranger', 'NotRegistered', (stage) => ({
    by: stage.stranger,
    operation: { op: 'list', prefix: `data/x/${stage.stranger.address}/` },
  })),
  served('all of its own is signed, in one request', async (stage) => {
    const answer = await stage.ask(stage.miner, upload, [
      stage.put(),
      { op: 'get', key: stage.kept },
      { op: 'head', key: stage.manifest },
      { op: 'list', prefix: stage.own },
    ]);
    expect(answer).toHaveLength(4);
  }),
];
