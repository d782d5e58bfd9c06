import { describe, expect, test } from 'vitest';
import {
  ask,
  CLIENT_ADDRESS,
  CONFIG,
  makeService,
  miner,
  NOW_SECONDS,
  refusalOf,
  uploadRequest,
} from './service-fixture.ts';

describe('a request that is no request', () => {
  const valid = uploadRequest();
  const cases: Record<string, string | Uint8Array> = {
    'an empty body': '',
    'text that is not JSON': 'hello',
    'JSON that is no object': '[]',
    'JSON null': 'null',
    'bytes that are not UTF-8': new Uint8Array([0x7b, 0xff, 0x7d]),
    'a byte order mark': `\ufeff${JSON.stringify(valid)}`,
    'a name given twice': JSON.stringify(valid).replace('{', '{"source":"x",'),
    'a name given twice, once escaped': JSON.stringify(valid).replace('{', '{"s\\u006furce":"x",'),
    'an unknown field': JSON.stringify({ ...valid, admin: true }),
    'a field named __proto__': JSON.stringify(valid).replace('{', '{"__proto__":"x",'),
    'a missing field': JSON.stringify({ ...valid, nonce: undefined }),
    'another protocol version': JSON.stringify({ ...valid, version: 2 }),
    'an unknown action': JSON.stringify({ ...valid, action: 'delete' }),
    'an unknown source': JSON.stringify({ ...valid, source: '*' }),
    'a source with a slash': JSON.stringify({ ...valid, source: 'x/../reddit' }),
    'a hotkey that is no address': JSON.stringify({ ...valid, hotkey: '*' }),
    'a hotkey with a policy variable': JSON.stringify({ ...valid, hotkey: '${' + 'aws:username}' }),
    'an object for a hotkey': JSON.stringify({ ...valid, hotkey: { toString: 1 } }),
    'an array for a hotkey': JSON.stringify({ ...valid, hotkey: [valid.hotkey] }),
    'a fractional time': JSON.stringify({ ...valid, issued_at: NOW_SECONDS + 0.5 }),
    'a time as text': JSON.stringify({ ...valid, issued_at: String(NOW_SECONDS) }),
    'an upper-case nonce': JSON.stringify({ ...valid, nonce: valid.nonce.toUpperCase() }).replace(
      /"nonce":"[0-9A-F]*"/,
      '"nonce":"ABCDEFABCDEFABCDEFABCDEFABCDEFAB"',
    ),
    'a lone surrogate': JSON.stringify({ ...valid, audience: 'x' }).replace('"x"', '"\\ud800"'),
    'deep nesting': '['.repeat(4000) + ']'.repeat(4000),
  };

  test.each(Object.entries(cases))('%s is BadRequest', async (_, body) => {
    const service = makeService();
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const output = await service.handler({
      body: bytes,
      headers: {},
      sourceAddress: CLIENT_ADDRESS,
    });
    expect(output.status).toBe(400);
    expect(refusalOf(output)).toMatchObject({ code: 'BadRequest', retryable: false });
    expect(service.calls).toEqual(['limiter']);
    expect(service.audit.records).toHaveLength(1);
  });

  test.each([
    ['network', { network: 'test' }],
    ['netuid', { netuid: 14 }],
    ['audience', { audience: 'https://elsewhere.example.com/auth' }],
    ['audience but for a slash', { audience: `${CONFIG.audience}/` }],
  ])('one signed for another %s is BadRequest', async (_, changes) => {
    const service = makeService();
    const output = await ask(service, uploadRequest(miner, changes));
    expect(refusalOf(output).code).toBe('BadRequest');
    expect(service.calls).toEqual(['limiter']);
  });

  test.each([0, -1, 301, 86_400])('a lifetime of %i seconds is BadRequest', async (seconds) => {
    const request = uploadRequest(miner, { expires_at: NOW_SECONDS + seconds });
    const output = await ask(makeService(), request);
    expect(refusalOf(output).code).toBe('BadRequest');
  });

  test('more than 8 KiB is TooLarge, and 8 KiB of blanks around a request are not', async () => {
    const text = JSON.stringify(uploadRequest());
    const padded = (size: number) => new TextEncoder().encode(text.padEnd(size, ' '));
    const send = (size: number) =>
      makeService().handler({ body: padded(size), headers: {}, sourceAddress: CLIENT_ADDRESS });
    expect((await send(8192)).status).toBe(200);
    const output = await send(8193);
    expect(output.status).toBe(413);
    expect(refusalOf(output).code).toBe('TooLarge');
  });
});
