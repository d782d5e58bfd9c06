import {
  addressOf,
  SOURCE_NAMES,
  signAccessRequest,
  type UnsignedAccessRequest,
} from '@data-universe/core-auth';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  firstRead,
  firstUpload,
  makeOlderService,
  type Posted,
  post,
  posted,
  taoRequest,
} from './older-requests.ts';
import {
  miner,
  readRequest,
  refusalOf,
  stranger,
  uploadRequest,
  validator,
} from './service-fixture.ts';

/** One accepted request of each form and action, and the prefixes that it opens. */
const accepted: Record<string, { request: Posted; opens: readonly string[] }> = {
  'v1 upload': { request: posted(uploadRequest()), opens: [`data/x/${miner.address}/`] },
  'v1 read': { request: posted(readRequest()), opens: prefixesOf(SOURCE_NAMES) },
  'first upload': { request: posted(firstUpload()), opens: prefixesOf(['2']) },
  'first read': { request: posted(firstRead()), opens: prefixesOf([...SOURCE_NAMES, '1', '2']) },
  'Tao v2 upload': {
    request: taoRequest({ action: 'upload', source: 'x' }),
    opens: prefixesOf(['x']),
  },
  'Tao v2 read': {
    request: taoRequest({ action: 'read', miner_hotkey: miner.address }, validator),
    opens: prefixesOf(SOURCE_NAMES),
  },
};

function prefixesOf(folders: readonly string[]): string[] {
  return folders.map((folder) => `data/${folder}/${miner.address}/`);
}

const character = fc.oneof(
  fc.constantFrom(...'0123456789abcdefxX*:/.,"\\{}[] \n\t=+-'),
  fc.string({ minLength: 1, maxLength: 1 }),
);

/** A text with one character replaced, put in or taken out, or cut off there. */
function edited(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length), fc.constantFrom('replace', 'insert', 'delete', 'cut'), character)
    .map(([at, how, put]) => {
      if (how === 'cut') return text.slice(0, at);
      const rest = text.slice(how === 'insert' ? at : at + 1);
      return text.slice(0, at) + (how === 'delete' ? '' : put) + rest;
    });
}

const anyValue = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.jsonValue(),
  fc.constantFrom('*', '', null, stranger.address, validator.address, 'reddit', 'upload', 'read'),
);

/** One change to a request: a character of its body or of a header, a field's value, a field less or more. */
function mutated({ body, headers }: Posted): fc.Arbitrary<Posted> {
  const fields: Record<string, unknown> = JSON.parse(body);
  const names = Object.keys(fields);
  const bodies = fc.oneof(
    { weight: 3, arbitrary: edited(body) },
    fc
      .tuple(fc.constantFrom(...names), anyValue)
      .map(([name, value]) => JSON.stringify({ ...fields, [name]: value })),
    fc.constantFrom(...names).map((name) => JSON.stringify({ ...fields, [name]: undefined })),
    fc
      .tuple(
        fc.constantFrom('source', 'miner_hotkey', 's3_path', 'validator_hotkey', 'admin'),
        anyValue,
      )
      .map(([name, value]) => JSON.stringify({ ...fields, [name]: value })),
  );
  const ofBody = bodies.map((text) => ({ body: text, headers }));
  const headerNames = Object.keys(headers);
  if (headerNames.length === 0) return ofBody;
  const ofHeaders = fc
    .constantFrom(...headerNames)
    .chain((name) =>
      fc.oneof(
        edited(headers[name] ?? '').map((value) => ({ ...headers, [name]: value })),
        fc.constant(Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))),
      ),
    )
    .map((changed) => ({ body, headers: changed }));
  return fc.oneof(ofBody, ofHeaders);
}

function prefixesIn(body: string): readonly string[] {
  return JSON.parse(body).prefixes;
}

describe.each(Object.entries(accepted))('an accepted request, %s', (_, { request, opens }) => {
  test('opens what its hotkey signed for', async () => {
    const output = await post(makeOlderService(), request);
    expect(output.status).toBe(200);
    expect(prefixesIn(output.body)).toEqual(opens);
  });

  test('with one change is refused, or grants the same', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(request), async (changed) => {
        const service = makeOlderService();
        const output = await post(service, changed);
        if (output.status === 200) {
          expect(prefixesIn(output.body)).toEqual(opens);
          expect(service.issuer.orders).toHaveLength(1);
        } else {
          expect(['BadRequest', 'BadSignature', 'ClockSkew']).toContain(refusalOf(output).code);
          expect(service.calls).not.toContain('nonces');
          expect(service.issuer.orders).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Texts that a careless service would put into a policy. */
const hostile = fc.oneof(
  fc.string(),
  fc.constantFrom('*', '?', '..', '//', '${' + 'aws:userid}', `${validator.address}/*`, 'x:y', ''),
  fc.constantFrom(miner.address, validator.address, stranger.address, '5'.repeat(48)),
);
const hostilePath = fc.oneof(
  hostile,
  fc
    .array(fc.oneof(hostile, fc.constantFrom('data', '1', '2', 'x', miner.address)), {
      maxLength: 6,
    })
    .map((parts) => parts.join('/')),
  edited(`data/2/${miner.address}/x_data_chunk_0_1750000000.parquet`),
  hostile.map((tail) => `data/x/${miner.address}/${tail}`),
);

/** Whoever asks, the chain knows it and gives it a permit: nothing but the form of a request is in its way. */
const generous = {
  registry: { lookup: async () => ({ registered: true as const, uid: 1, validatorPermit: true }) },
};

describe('whatever a hotkey signs', () => {
  test('an upload opens one prefix, of the hotkey itself', async () => {
    const cases = fc.oneof(
      hostilePath.map((s3_path) => posted(firstUpload(miner, { s3_path }))),
      fc
        .tuple(hostile, hostilePath)
        .map(([hotkey, s3_path]) => posted(firstUpload(miner, { hotkey, s3_path }))),
      hostile.map((source) => taoRequest({ action: 'upload', source })),
      fc
        .tuple(hostile, hostile)
        .map(([source, hotkey]) => taoRequest({ action: 'upload', source, hotkey })),
      hostile.map((source) => posted(signedAsIs({ action: 'upload', source }))),
    );
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (request) => {
        const output = await post(makeOlderService(generous), request);
        if (output.status !== 200) return;
        granted += 1;
        const [prefix = '', ...more] = prefixesIn(output.body);
        expect(more).toEqual([]);
        expect(prefix).toMatch(new RegExp(`^data/(reddit|x|youtube|1|2)/${miner.address}/$`));
      }),
      { numRuns: 500 },
    );
    expect(granted).toBeGreaterThan(0);
  });

  test('a read opens nothing but the miner that it names', async () => {
    const hotkey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(addressOf);
    const named: fc.Arbitrary<string> = fc.oneof(hotkey, hostile);
    const cases = named.chain((miner_hotkey) =>
      fc
        .oneof(
          fc.constant(posted(firstRead(validator, { miner_hotkey }))),
          fc.constant(taoRequest({ action: 'read', miner_hotkey }, validator)),
          hostile.map((source) => taoRequest({ action: 'read', miner_hotkey, source }, validator)),
          fc.constant(posted(signedAsIs({ action: 'read', miner_hotkey }))),
        )
        .map((request) => ({ request, miner_hotkey })),
    );
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ request, miner_hotkey }) => {
        const output = await post(makeOlderService(generous), request);
        if (output.status !== 200) return;
        granted += 1;
        const owners = prefixesIn(output.body).map((prefix) =>
          prefix.split('/').slice(2).join('/'),
        );
        expect(new Set(owners)).toEqual(new Set([`${miner_hotkey}/`]));
      }),
      { numRuns: 250 },
    );
    expect(granted).toBeGreaterThan(0);
  });
});

/** The current form with any value in its fields, and a signature that is valid for it. */
function signedAsIs(scope: Record<string, string>): object {
  const signer = scope.action === 'upload' ? miner : validator;
  const { source: _, signature: __, action: ___, ...common } = uploadRequest(signer);
  return signAccessRequest({ ...common, ...scope } as UnsignedAccessRequest, signer);
}
