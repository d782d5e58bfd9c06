import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccessError,
  type AccessScope,
  accessRequestSchema,
  createAccessRequest,
  SOURCE_NAMES,
  signAccessRequest,
  signerFromSeed,
  signerFromUri,
  verifyAccessRequestSignature,
} from '../src/index.ts';

const alice = signerFromUri('//Alice');
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const source = fc.constantFrom(...SOURCE_NAMES);
const scope: fc.Arbitrary<AccessScope> = fc.oneof(
  source.map((name) => ({ action: 'upload' as const, source: name })),
  fc.tuple(bytes32, fc.option(source, { nil: undefined })).map(([seed, name]) => ({
    action: 'read' as const,
    minerHotkey: signerFromSeed(seed).address,
    source: name,
  })),
);
const options = {
  signer: alice,
  network: 'finney',
  netuid: 13,
  audience: 'https://auth.example/v1/access',
  clock: () => 1_800_000_000_999,
};

describe('a request', () => {
  it('verifies after a trip over the wire, whatever it asks for', () => {
    const fields = fc.record({
      scope,
      seed: bytes32,
      netuid: fc.nat(65_535),
      audience: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fields, ({ scope: wanted, seed, netuid, audience }) => {
        fc.pre(audience.length <= 512);
        const signer = signerFromSeed(seed);
        const made = createAccessRequest(wanted, { ...options, signer, netuid, audience });
        const received = accessRequestSchema.parse(JSON.parse(JSON.stringify(made)));
        expect(verifyAccessRequestSignature(received)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('names the moment in whole seconds, lives a minute, and has a nonce of its own', () => {
    const wanted = { action: 'upload', source: 'x' } as const;
    const randomBytes = (size: number) => new Uint8Array(size).fill(0xab);
    expect(createAccessRequest(wanted, { ...options, randomBytes })).toMatchObject({
      issued_at: 1_800_000_000,
      expires_at: 1_800_000_060,
      nonce: 'ab'.repeat(16),
    });
    const nonces = Array.from({ length: 50 }, () => createAccessRequest(wanted, options).nonce);
    expect(new Set(nonces).size).toBe(50);
  });

  it.each([0, -1, 301, Number.NaN, Number.POSITIVE_INFINITY])(
    'can not live %d seconds',
    (lifetimeSeconds) => {
      const make = () =>
        createAccessRequest({ action: 'upload', source: 'x' }, { ...options, lifetimeSeconds });
      expect(make).toThrow(AccessError);
      expect(make).toThrow('1 to 300 seconds');
    },
  );

  it('says which field has no valid form', () => {
    const make = () =>
      createAccessRequest({ action: 'upload', source: 'x' }, { ...options, network: 'A B' });
    expect(make).toThrow(expect.objectContaining({ name: 'AccessError', code: 'BadRequest' }));
    expect(make).toThrow(/network/);
  });

  it('is signed by the hotkey it names or not at all', () => {
    const { signature, ...unsigned } = createAccessRequest(
      { action: 'upload', source: 'x' },
      options,
    );
    expect(signature).toMatch(/^0x/);
    expect(() => signAccessRequest(unsigned, signerFromUri('//Bob'))).toThrow(TypeError);
  });
});

describe('reading a request', () => {
  it('of arbitrary JSON ends in a parse or a list of issues, never in an exception', () => {
    const [upload, read] = [
      createAccessRequest({ action: 'upload', source: 'x' }, options),
      createAccessRequest({ action: 'read', minerHotkey: alice.address }, options),
    ];
    const altered = fc
      .record({
        base: fc.constantFrom(upload, read),
        key: fc.oneof(fc.constantFrom(...Object.keys(read), 'source'), fc.string()),
        value: fc.jsonValue(),
      })
      .map(({ base, key, value }) => ({ ...base, [key]: value }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), altered), (document) => {
        const request = accessRequestSchema.safeParse(document);
        if (!request.success) return request.error.issues.length > 0;
        const asMade = [upload, read].some(
          (made) => JSON.stringify(made) === JSON.stringify(request.data),
        );
        return verifyAccessRequestSignature(request.data) === asMade;
      }),
      { numRuns: 300 },
    );
  });
});
