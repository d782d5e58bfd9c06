import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HotkeyAddress, isHotkeyAddress, REFUSAL_CODES } from '@data-universe/core-auth';
import type { NeuronStatus } from '@data-universe/subtensor';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type AccessPorts,
  accessConfigSchema,
  ManualClock,
  MemoryNonceStore,
  S3Presigner,
} from '../src/index.ts';
import { OLDER_FORMS } from '../src/wire/older-forms.ts';
import { readClaim } from '../src/wire/read-claim.ts';
import { runPython } from './python/run-python.ts';
import { CLIENT_ADDRESS, makeService } from './service-fixture.ts';

const folder = join(import.meta.dirname, '../vectors');
const required = process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';

const hotkey = z.string().refine((text): text is HotkeyAddress => isHotkeyAddress(text));
const given = z.strictObject({
  served: z.literal(true).optional(),
  served_to: hotkey.optional(),
  spent: z.string().optional(),
  paused: z.enum(['upload', 'read', 'all']).optional(),
  denied: hotkey.optional(),
  quota: z.literal('used').optional(),
  chain: z.literal('away').optional(),
  issuer: z.literal('away').optional(),
  address: z.literal('over its rate').optional(),
});
const vectorSchema = z.strictObject({
  name: z.string(),
  form: z.enum(['v1', ...OLDER_FORMS]),
  server_time: z.int(),
  given: given.default({}),
  config: z
    .strictObject({
      older_forms: z.array(z.enum(OLDER_FORMS)).optional(),
      min_stake: z.int().optional(),
      mode: z.literal('presigned').optional(),
    })
    .default({}),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  body_hex: z.string().optional(),
  signed_text: z.string().optional(),
  status: z.int(),
  answer: z
    .strictObject({
      prefixes: z.array(z.string()),
      credentials: z.array(z.string()).optional(),
      requests: z.array(z.string()).optional(),
      s3_path: z.string().optional(),
    })
    .optional(),
  error: z.record(z.string(), z.unknown()).optional(),
});
type Vector = z.output<typeof vectorSchema>;

const {
  service: config,
  neurons,
  vectors,
} = z
  .strictObject({
    service: accessConfigSchema,
    neurons: z.array(
      z.strictObject({
        hotkey: z.string(),
        uid: z.int(),
        validator_permit: z.boolean(),
        stake: z.int(),
      }),
    ),
    vectors: z.array(vectorSchema).min(1),
  })
  .parse(JSON.parse(readFileSync(join(folder, 'exchanges.json'), 'utf8')));

function standingOf(address: string): NeuronStatus {
  const neuron = neurons.find((one) => one.hotkey === address);
  if (neuron === undefined) return { registered: false };
  const { uid, validator_permit, stake } = neuron;
  return { registered: true, uid, validatorPermit: validator_permit, stake: BigInt(stake) };
}

const bytesOf = ({ body = '', body_hex }: Vector) =>
  body_hex === undefined ? new TextEncoder().encode(body) : Buffer.from(body_hex, 'hex');

const PRESIGNER = new S3Presigner({
  bucket: config.bucket,
  region: config.region,
  endpoint: 'https://store.example',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret-of-the-service' },
});

/** The service as a vector finds it. */
async function arrange(vector: Vector) {
  const { given: state } = vector;
  const { mode, ...changes } = vector.config;
  const clock = new ManualClock(vector.server_time * 1000);
  const nonces = new MemoryNonceStore({ clock });
  const away = () => Promise.reject(new Error('away'));
  const service = makeService(
    {
      clock,
      nonces,
      registry: {
        lookup: state.chain === 'away' ? away : async (_, address) => standingOf(address),
      },
      ...(state.quota === 'used' && { quota: { charge: async () => false } }),
      ...(mode === 'presigned' && { issuer: PRESIGNER }),
      ...(state.issuer === 'away' && { issuer: { issue: away } }),
      ...(state.address !== undefined && {
        addressLimiter: { take: async () => ({ allowed: false, retryAfterSeconds: 1 }) },
      }),
    } satisfies Partial<AccessPorts>,
    { ...config, issuer_timeout_ms: 5_000, ...changes },
  );
  if (state.paused !== undefined) service.levers.pause(state.paused);
  if (state.denied !== undefined) service.levers.deny(state.denied);
  const later = (vector.server_time + 420) * 1000;
  if (state.spent !== undefined) {
    const claim = readClaim({ body: bytesOf(vector), headers: vector.headers }, OLDER_FORMS);
    await nonces.claim(claim.hotkey, state.spent, later);
  }
  if (state.served_to !== undefined) {
    const claim = readClaim({ body: bytesOf(vector), headers: vector.headers }, OLDER_FORMS);
    await nonces.claim(state.served_to, claim.oneTimeValue, later);
  }
  const input = { body: bytesOf(vector), headers: vector.headers, sourceAddress: CLIENT_ADDRESS };
  if (state.served) expect((await service.handler(input)).status).toBe(200);
  return { service, input };
}

describe('the vectors of exchanges', () => {
  test.each(vectors)('$form: $name', async (vector) => {
    const { service, input } = await arrange(vector);
    const output = await service.handler(input);
    const body = JSON.parse(output.body);
    expect(output.status).toBe(vector.status);
    if (vector.answer === undefined) {
      const { message, ...others } = body.error;
      expect(others).toEqual(vector.error);
      expect(message).toEqual(expect.stringMatching(/^[A-Z].{20,}\.$/));
      return;
    }
    const { credentials, requests, ...others } = vector.answer;
    expect(body).toMatchObject({ ...others, bucket: config.bucket, region: config.region });
    expect(body.s3_path).toBe(others.s3_path);
    expect(body.credentials && Object.keys(body.credentials).toSorted()).toEqual(
      credentials?.toSorted(),
    );
    expect(body.requests?.map(({ method }: { method: string }) => method)).toEqual(requests);
    expect(service.audit.records.at(-1)).toMatchObject({ form: vector.form });
  });

  test.each(
    vectors.filter(
      (vector) => vector.signed_text !== undefined && vector.error?.code !== 'BadRequest',
    ),
  )('the signed text of: $name', (vector) => {
    const { message } = readClaim({ body: bytesOf(vector), headers: vector.headers }, OLDER_FORMS);
    expect(new TextDecoder().decode(message)).toBe(vector.signed_text);
  });

  test('have each refusal code, and each form granted, refused and replayed', () => {
    const codes = new Set(vectors.map(({ error }) => error?.code));
    expect(codes).toEqual(new Set([undefined, ...REFUSAL_CODES]));
    for (const form of ['v1', ...OLDER_FORMS]) {
      const ofForm = new Set(
        vectors.filter((vector) => vector.form === form).map(({ error }) => error?.code),
      );
      const least = [undefined, 'BadRequest', 'ClockSkew', 'BadSignature', 'Replayed'];
      expect([...ofForm]).toEqual(expect.arrayContaining(least));
    }
  });

  test('hold in another language, with none of this code', { timeout: 60_000 }, async (context) => {
    const output = await runPython([join(folder, 'check.py')]);
    if (output === undefined && !required) context.skip('no python3');
    expect(output).toBe(`${vectors.length} checks, 0 wrong\n`);
  });
});
