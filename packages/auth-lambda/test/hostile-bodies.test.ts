import { accessRefusalSchema } from '@data-universe/core-auth';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ask, CLIENT_ADDRESS, makeService, readRequest, uploadRequest } from './service-fixture.ts';

test('whatever bytes arrive, the answer is a well-formed refusal and one audit line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 9000 }), fc.string(), async (body, address) => {
      const service = makeService();
      const output = await service.handler({ body, headers: {}, sourceAddress: address });
      expect(output.status).toBeGreaterThanOrEqual(400);
      expect(output.status).toBeLessThan(500);
      expect(accessRefusalSchema.safeParse(JSON.parse(output.body)).success).toBe(true);
      expect(service.audit.records).toHaveLength(1);
    }),
    { numRuns: 300 },
  );
});

test('whatever JSON arrives, the answer is a well-formed refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), async (text) => {
      const body = new TextEncoder().encode(text);
      const output = await makeService().handler({
        body,
        headers: {},
        sourceAddress: CLIENT_ADDRESS,
      });
      expect(output.status).toBe(400);
      expect(accessRefusalSchema.safeParse(JSON.parse(output.body)).success).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a signed request with any field replaced opens nothing', async () => {
  const request = fc.constantFrom(uploadRequest(), readRequest());
  const value = fc.oneof(fc.string(), fc.integer(), fc.jsonValue(), fc.constant('*'));
  await fc.assert(
    fc.asyncProperty(request, fc.nat(), value, async (signed, position, replacement) => {
      const names = Object.keys(signed);
      const name = names[position % names.length] ?? 'nonce';
      fc.pre(JSON.stringify(Reflect.get(signed, name)) !== JSON.stringify(replacement));
      const service = makeService();
      const output = await ask(service, { ...signed, [name]: replacement });
      expect([400, 401]).toContain(output.status);
      expect(service.issuer.orders).toHaveLength(0);
      expect(service.calls).toEqual(['limiter']);
    }),
    { numRuns: 300 },
  );
});
