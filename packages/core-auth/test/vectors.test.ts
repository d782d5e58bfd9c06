import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ACCESS_REQUEST_DOMAIN,
  accessRequestBytes,
  accessRequestSchema,
  canonicalJson,
  fromHex,
  parseKeyfile,
  type Signer,
  signAccessRequest,
  signerFromMnemonic,
  signerFromPrivateKey,
  signerFromSeed,
  signerFromUri,
  toHex,
  unsignedAccessRequestSchema,
  verifyAccessRequestSignature,
  verifySignature,
} from '../src/index.ts';

function load<T>(file: string, schema: z.ZodType<T>): T {
  const url = new URL(`../vectors/${file}`, import.meta.url);
  return schema.parse(JSON.parse(readFileSync(url, 'utf8')));
}
const named = z.object({ name: z.string() });

describe('access-requests.json', () => {
  const positive = named.extend({
    secret_uri: z.string(),
    request: z.record(z.string(), z.unknown()),
    canonical: z.string(),
    signed_bytes: z.string(),
    signature: z.string(),
  });
  const { domain, vectors, same_request } = load(
    'access-requests.json',
    z.object({
      domain: z.string(),
      vectors: z.array(positive).min(1),
      same_request: z.object({ vector: z.string(), bodies: z.array(z.string()).min(1) }),
    }),
  );

  it('is about the domain in use', () => expect(domain).toBe(ACCESS_REQUEST_DOMAIN));

  it.each(vectors)(
    'has the canonical text, the signed bytes and a signature of: $name',
    (vector) => {
      const unsigned = unsignedAccessRequestSchema.parse(vector.request);
      expect(canonicalJson(unsigned)).toBe(vector.canonical);
      expect(toHex(accessRequestBytes(unsigned))).toBe(vector.signed_bytes);
      const signed = accessRequestSchema.parse({ ...vector.request, signature: vector.signature });
      expect(verifyAccessRequestSignature(signed)).toBe(true);
      const anew = signAccessRequest(unsigned, signerFromUri(vector.secret_uri));
      expect(verifyAccessRequestSignature(anew)).toBe(true);
    },
  );

  it.each(same_request.bodies)('is the same request, however it is spelt: %s', (body) => {
    const vector = vectors.find(({ name }) => name === same_request.vector);
    const request = accessRequestSchema.parse(JSON.parse(body));
    expect(request).toEqual({ ...vector?.request, signature: vector?.signature });
    expect(verifyAccessRequestSignature(request)).toBe(true);
  });
});

describe('access-requests-negative.json', () => {
  const { domain, vectors } = load(
    'access-requests-negative.json',
    z.object({
      domain: z.string(),
      vectors: z
        .array(
          named.extend({ refused_as: z.enum(['malformed', 'bad-signature']), body: z.string() }),
        )
        .min(1),
    }),
  );

  function judge(body: string): string {
    let document: unknown;
    try {
      document = JSON.parse(body);
    } catch {
      return 'malformed';
    }
    const request = accessRequestSchema.safeParse(document);
    if (!request.success) return 'malformed';
    return verifyAccessRequestSignature(request.data) ? 'valid' : 'bad-signature';
  }

  it('is about the domain in use', () => expect(domain).toBe(ACCESS_REQUEST_DOMAIN));

  it.each(vectors)('refuses: $name', ({ body, refused_as }) => {
    expect(judge(body)).toBe(refused_as);
  });
});

describe('hotkeys.json', () => {
  const secret = named.extend({
    kind: z.enum(['uri', 'mnemonic', 'seed', 'private_key', 'keyfile']),
    secret: z.string(),
  });
  const { accepted, refused } = load(
    'hotkeys.json',
    z.object({
      accepted: z.array(secret.extend({ address: z.string() })).min(1),
      refused: z.array(secret.extend({ code: z.string() })).min(1),
    }),
  );
  const make: Record<z.infer<typeof secret>['kind'], (text: string) => Signer> = {
    uri: signerFromUri,
    mnemonic: signerFromMnemonic,
    seed: signerFromSeed,
    private_key: signerFromPrivateKey,
    keyfile: (text) => parseKeyfile(new TextEncoder().encode(text)),
  };

  it.each(accepted)('has the address of: $name', ({ kind, secret: text, address }) => {
    const signer = make[kind](text);
    expect(signer.address).toBe(address);
    const message = new Uint8Array([1, 2, 3]);
    expect(verifySignature(address, message, signer.sign(message))).toBe(true);
  });

  it.each(refused)('refuses: $name', ({ kind, secret: text, code }) => {
    expect(() => make[kind](text)).toThrow(expect.objectContaining({ name: 'WalletError', code }));
  });
});

describe('signatures.json', () => {
  const vectors = load(
    'signatures.json',
    z.array(
      named.extend({
        address: z.string(),
        message: z.string(),
        signature: z.string(),
        valid: z.boolean(),
      }),
    ),
  );

  it.each(vectors)('is judged: $name', ({ address, message, signature, valid }) => {
    const bytes = fromHex(message, message.length / 2 - 1);
    const proof = fromHex(signature, 64);
    if (bytes === undefined || proof === undefined) throw new Error('the vector is not hex');
    expect(verifySignature(address, bytes, proof)).toBe(valid);
  });
});

describe('canonical-json.json', () => {
  const { accepted, refused } = load(
    'canonical-json.json',
    z.object({
      accepted: z.array(named.extend({ json: z.string(), canonical: z.string() })).min(1),
      refused: z.array(named.extend({ json: z.string() })).min(1),
    }),
  );

  it.each(accepted)('has the one text of: $name', ({ json, canonical }) => {
    expect(canonicalJson(JSON.parse(json))).toBe(canonical);
    expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
  });

  it.each(refused)('refuses: $name', ({ json }) => {
    expect(() => canonicalJson(JSON.parse(json))).toThrow(
      expect.objectContaining({ name: 'CanonicalJsonError' }),
    );
  });
});
