import { SOURCE_NAMES } from '@data-universe/core-auth';
import { describe, expect, test } from 'vitest';
import { MAX_POLICY_CHARACTERS } from '../src/index.ts';
import {
  ALL_OLDER_FORMS,
  firstRead,
  firstUpload,
  makeOlderService,
  type Posted,
  post,
  posted,
  taoRequest,
} from './older-requests.ts';
import {
  CONFIG,
  grantOf,
  makeService,
  miner,
  NOW_SECONDS,
  readRequest,
  refusalOf,
  stranger,
  uploadRequest,
  validator,
} from './service-fixture.ts';

const requests: Record<(typeof ALL_OLDER_FORMS)[number], () => Posted> = {
  'first-upload': () => posted(firstUpload()),
  'first-read': () => posted(firstRead()),
  'tao-v2': () => taoRequest({ action: 'upload', source: 'x' }),
};
const everyForm = ALL_OLDER_FORMS.map((form) => ({ form, request: requests[form] }));

describe('an older form', () => {
  test.each(everyForm)('$form is refused unless it is configured', async ({ form, request }) => {
    const others = ALL_OLDER_FORMS.filter((name) => name !== form);
    for (const service of [makeService(), makeService({}, { older_forms: others })]) {
      const refusal = refusalOf(await post(service, request()));
      expect(refusal.code).toBe('BadRequest');
      expect(refusal.message).toContain(form);
      expect(service.calls).toEqual(['limiter']);
    }
  });

  test.each(everyForm)('$form alone is enough for itself', async ({ form, request }) => {
    const service = makeService({}, { older_forms: [form] });
    expect((await post(service, request())).status).toBe(200);
    expect(service.audit.records[0]).toMatchObject({ form, decision: 'granted' });
  });

  test.each(everyForm)('$form ends in the same checks, in the same order', async ({ request }) => {
    const service = makeOlderService();
    await post(service, request());
    const current = makeService();
    await post(current, posted(uploadRequest()));
    expect(service.calls).toEqual(current.calls);
  });

  test.each(everyForm)('$form is served once, however many copies come', async ({ request }) => {
    const service = makeOlderService();
    const copy = request();
    const outputs = await Promise.all(Array.from({ length: 20 }, () => post(service, copy)));
    const codes = outputs.map(({ status }) => status).toSorted();
    expect(codes).toEqual([200, ...Array<number>(19).fill(409)]);
    expect(service.calls.filter((port) => port === 'quota')).toHaveLength(1);
  });

  test.each(everyForm)('$form is granted to nobody the chain does not know', async ({ form }) => {
    const service = makeOlderService();
    const unknown: Record<typeof form, Posted> = {
      'first-upload': posted(firstUpload(stranger)),
      'first-read': posted(firstRead(stranger)),
      'tao-v2': taoRequest({ action: 'upload', source: 'x' }, stranger),
    };
    expect(refusalOf(await post(service, unknown[form])).code).toBe('NotRegistered');
  });

  test.each(everyForm)('$form gets nothing of a service in presigned mode', async ({ request }) => {
    const issuer = {
      ...{ endpoint: 'https://store.example', createOnly: true, checksums: true },
      presign: () => Promise.reject(new Error('asked')),
    };
    const service = makeOlderService({ issuer });
    const refusal = refusalOf(await post(service, request()));
    expect(refusal).toMatchObject({ code: 'BadRequest', mode: 'presigned' });
    expect(service.calls).toEqual(['limiter']);
  });

  test('changes nothing for the current one', async () => {
    const service = makeOlderService();
    const grant = grantOf(await post(service, posted(uploadRequest())));
    expect(grant.prefixes).toEqual([`data/x/${miner.address}/`]);
    const headers = taoRequest({ action: 'upload', source: 'reddit' }).headers;
    const both = await post(service, { ...posted(uploadRequest()), headers });
    expect(grantOf(both).prefixes).toEqual([`data/x/${miner.address}/`]);
  });

  test('a signature for one form is none for another', async () => {
    const { signature } = readRequest();
    const borrowed = { ...firstRead(), signature: signature.slice(2) };
    const output = await post(makeOlderService(), posted(borrowed));
    expect(refusalOf(output).code).toBe('BadSignature');
  });
});

describe('the first upload form', () => {
  test.each(['1', '2', ...SOURCE_NAMES])(
    'opens the folder %s that its path names',
    async (folder) => {
      const service = makeOlderService();
      const s3_path = `data/${folder}/${miner.address}/reddit_data_chunk_3_1700000000.parquet`;
      const output = await post(service, posted(firstUpload(miner, { s3_path })));
      expect(service.audit.records[0]?.prefixes).toEqual([`data/${folder}/${miner.address}/`]);
      expect(JSON.parse(output.body)).toMatchObject({
        s3_path,
        prefixes: [`data/${folder}/${miner.address}/`],
        bucket: CONFIG.bucket,
        region: CONFIG.region,
      });
    },
  );

  test('is answered in the names that boto3 has and its clients read', async () => {
    const output = await post(makeOlderService(), requests['first-upload']());
    const { credentials } = JSON.parse(output.body);
    const names = ['AccessKeyId', 'Expiration', 'SecretAccessKey', 'SessionToken'];
    expect(Object.keys(credentials).toSorted()).toEqual(names);
    for (const name of names) expect(credentials[name]).toEqual(expect.any(String));
    expect(Date.parse(credentials.Expiration)).toBe((NOW_SECONDS + 900) * 1000);
  });

  const own = `data/2/${miner.address}/`;
  const paths: Record<string, string> = {
    'of another hotkey': `data/2/${validator.address}/a.parquet`,
    'of every hotkey': 'data/2/*/a.parquet',
    'of another root': `other/2/${miner.address}/a.parquet`,
    'of no known source': `data/9/${miner.address}/a.parquet`,
    'of a source by its other spelling': `data/02/${miner.address}/a.parquet`,
    'of a source in capitals': `data/X/${miner.address}/a.parquet`,
    'that climbs': `${own}../../x/a.parquet`,
    'that stays where it is': `${own}./a.parquet`,
    'that climbs at its end': `${own}a/..`,
    'with an empty name': `${own}a//b.parquet`,
    'with no name': own,
    'without its last slash': own.slice(0, -1),
    'that begins with a slash': `/${own}a.parquet`,
    'with a wildcard': `${own}*.parquet`,
    'with a question mark': `${own}?.parquet`,
    'with a policy variable': `${own}\${aws:username}`,
    'with a colon': `${own}a:b.parquet`,
    'with a line feed': `${own}a.parquet\n`,
    'with a NUL': `${own}a\0.parquet`,
    'with a space': `${own}a b.parquet`,
    'with a backslash': `${own}a\\b.parquet`,
    'with a percent sign': `${own}%2e%2e`,
    'with a letter beyond ASCII': `${own}ä.parquet`,
    'with a quotation mark': `${own}a".parquet`,
    'that is too long': `${own}${'a'.repeat(512)}`,
    'that is empty': '',
  };
  test.each(Object.entries(paths))('a signed path %s is BadRequest', async (_, s3_path) => {
    const service = makeOlderService();
    const output = await post(service, posted(firstUpload(miner, { s3_path })));
    expect(refusalOf(output).code).toBe('BadRequest');
    expect(service.calls).toEqual(['limiter']);
    expect(service.issuer.orders).toEqual([]);
  });

  const changes: Record<string, object> = {
    'a hash in capitals': { file_hash: 'A'.repeat(64) },
    'a hash with a colon': { file_hash: `${'a'.repeat(63)}:` },
    'no hash': { file_hash: undefined },
    'a hotkey with a colon': { hotkey: `${miner.address}:a` },
    'a time as text': { timestamp: String(NOW_SECONDS) },
    'a time with a fraction': { timestamp: NOW_SECONDS + 0.5 },
    'a time beyond all others': { expiry: 1e300 },
    'a time before 1970': { timestamp: -1 },
    'an action': { action: 'upload' },
    'a field more': { source: 'x' },
    'a signature with 0x': { signature: `0x${firstUpload().signature}` },
    'a signature in capitals': { signature: firstUpload().signature.toUpperCase() },
    'a signature cut short': { signature: firstUpload().signature.slice(2) },
    'no signature': { signature: undefined },
  };
  test.each(Object.entries(changes))('with %s is BadRequest', async (_, change) => {
    const service = makeOlderService();
    const output = await post(service, posted({ ...firstUpload(), ...change }));
    expect(refusalOf(output).code).toBe('BadRequest');
    expect(service.calls).toEqual(['limiter']);
  });

  test('files of one second are requests of their own', async () => {
    const service = makeOlderService();
    const path = (name: string) => ({ s3_path: `data/1/${miner.address}/${name}.parquet` });
    expect((await post(service, posted(firstUpload(miner, path('a'))))).status).toBe(200);
    expect((await post(service, posted(firstUpload(miner, path('b'))))).status).toBe(200);
  });
});

describe('the first read form', () => {
  test('opens one miner, in each source and where the first miners put it', async () => {
    const service = makeOlderService();
    const output = await post(service, posted(firstRead()));
    const folders = [...SOURCE_NAMES, '1', '2'];
    const prefixes = folders.map((folder) => `data/${folder}/${miner.address}/`);
    expect(JSON.parse(output.body)).toMatchObject({
      credentials: { AccessKeyId: expect.any(String), SessionToken: expect.any(String) },
      prefixes,
    });
    expect(output.body).not.toContain('s3_path');
    expect(service.issuer.orders[0]).toMatchObject({ action: 'read', hotkey: validator.address });
  });

  test('fits the longest policy', async () => {
    const service = makeService({}, { older_forms: ['first-read'], bucket: 'b'.repeat(63) });
    expect((await post(service, posted(firstRead()))).status).toBe(200);
    expect(service.issuer.orders[0]?.policy.length).toBeLessThanOrEqual(MAX_POLICY_CHARACTERS);
  });

  test('takes a validator permit', async () => {
    const output = await post(makeOlderService(), posted(firstRead(miner)));
    expect(refusalOf(output).code).toBe('NoValidatorPermit');
  });

  test.each([
    ['every miner', { miner_hotkey: '*' }],
    ['no miner', { miner_hotkey: undefined }],
    ['another action', { action: 'upload' }],
    ['no action', { action: undefined }],
    ['a source', { source: 'x' }],
    ['a path', { s3_path: `data/1/${miner.address}/a` }],
  ])('with %s is BadRequest', async (_, change) => {
    const output = await post(makeOlderService(), posted({ ...firstRead(), ...change }));
    expect(refusalOf(output).code).toBe('BadRequest');
  });
});

describe('the clock of the first forms', () => {
  const at = (timestamp: number, life: number) => ({
    timestamp: NOW_SECONDS + timestamp,
    expiry: NOW_SECONDS + timestamp + life,
  });
  test.each([
    ['signed for a day', at(0, 86_400), 200],
    ['signed for a day 299 seconds ago', at(-299, 86_400), 200],
    ['signed for a day 300 seconds ago', at(-300, 86_400), 401],
    ['signed for an hour half an hour ago', at(-1800, 3600), 401],
    ['signed for a second', at(0, 1), 200],
    ['signed for no time', at(0, 0), 400],
    ['expiring before it was made', at(0, -60), 400],
    ['expired by its own word', at(-100, 100), 401],
    ['made 60 seconds from now', at(60, 3600), 200],
    ['made 61 seconds from now', at(61, 3600), 401],
    ['made in a year', at(31_536_000, 3600), 401],
    ['made in 1970', at(-NOW_SECONDS, NOW_SECONDS + 3600), 401],
  ])('a request %s', async (_, times, status) => {
    for (const request of [firstUpload(miner, times), firstRead(validator, times)])
      expect((await post(makeOlderService(), posted(request))).status).toBe(status);
  });

  test('forgets no message that it would still accept', async () => {
    const service = makeOlderService();
    const request = posted(firstUpload(miner, at(60, 86_400)));
    expect((await post(service, request)).status).toBe(200);
    service.clock.advance(359_000);
    expect(refusalOf(await post(service, request)).code).toBe('Replayed');
    service.clock.advance(1_000);
    expect(refusalOf(await post(service, request)).code).toBe('ClockSkew');
  });

  test('a second signature of the same message is Replayed', async () => {
    const service = makeOlderService();
    const [one, other] = [firstRead(), firstRead()];
    expect(one.signature).not.toBe(other.signature);
    expect((await post(service, posted(one))).status).toBe(200);
    expect(refusalOf(await post(service, posted(other))).code).toBe('Replayed');
  });
});

describe('Tao v2', () => {
  test('is answered like the current form', async () => {
    const service = makeOlderService();
    const upload = await post(service, taoRequest({ action: 'upload', source: 'reddit' }));
    expect(grantOf(upload).prefixes).toEqual([`data/reddit/${miner.address}/`]);
    const read = { action: 'read', miner_hotkey: miner.address };
    const all = await post(service, taoRequest(read, validator));
    expect(grantOf(all).prefixes).toEqual(
      SOURCE_NAMES.map((source) => `data/${source}/${miner.address}/`),
    );
    const one = await post(service, taoRequest({ ...read, source: 'x' }, validator));
    expect(grantOf(one).prefixes).toEqual([`data/x/${miner.address}/`]);
  });

  test.each([
    ['299 seconds old', -299_000, 200],
    ['300 seconds old', -300_000, 401],
    ['a minute ahead', 60_999, 200],
    ['more than a minute ahead', 61_000, 401],
    ['a year ahead', 31_536_000_000, 401],
  ])('a timestamp %s', async (_, milliseconds, status) => {
    const timestamp = String(NOW_SECONDS * 1000 + milliseconds);
    const request = taoRequest({ action: 'upload', source: 'x' }, miner, { timestamp });
    expect((await post(makeOlderService(), request)).status).toBe(status);
  });

  const wanted = { action: 'upload', source: 'x' };
  const headers: Record<string, Record<string, string>> = {
    'another version': { 'x-tao-version': '1' },
    'seconds for milliseconds': { 'x-tao-timestamp': String(NOW_SECONDS) },
    'a time with a sign': { 'x-tao-timestamp': `+${NOW_SECONDS}00` },
    'no UUID': { 'x-tao-nonce': 'nonce' },
    'a UUID in capitals': { 'x-tao-nonce': '3F0C2B5E-6F0A-4A5C-9B1E-1F2D3C4B5A69' },
    'a UUID that is not random': { 'x-tao-nonce': '3f0c2b5e-6f0a-1a5c-9b1e-1f2d3c4b5a69' },
    'no hotkey': { 'x-tao-signed-by': '*' },
    'two hotkeys': { 'x-tao-signed-by': `${miner.address}, ${validator.address}` },
    'a signature in hex': { 'x-tao-signature': 'ab'.repeat(64) },
    'a signature without padding': { 'x-tao-signature': 'A'.repeat(86) },
    'a signature with bits behind its end': { 'x-tao-signature': `${'A'.repeat(85)}B==` },
  };
  test.each(Object.entries(headers))('with %s is BadRequest', async (_, change) => {
    const request = taoRequest(wanted);
    const service = makeOlderService();
    const output = await post(service, { ...request, headers: { ...request.headers, ...change } });
    expect(refusalOf(output).code).toBe('BadRequest');
    expect(service.calls).toEqual(['limiter']);
  });

  test.each(['x-tao-timestamp', 'x-tao-nonce', 'x-tao-signed-by', 'x-tao-signature'])(
    'without %s is BadRequest',
    async (name) => {
      const { body, headers } = taoRequest(wanted);
      const { [name]: _, ...others } = headers;
      const output = await post(makeOlderService(), { body, headers: others });
      expect(refusalOf(output).code).toBe('BadRequest');
    },
  );

  test.each([
    ['nothing', {}],
    ['no known action', { action: 'delete' }],
    ['a first folder', { action: 'upload', source: '1' }],
    ["another's prefix", { action: 'upload', source: 'x', hotkey: validator.address }],
    ['every miner', { action: 'read', miner_hotkey: '*' }],
    ['a field more', { action: 'upload', source: 'x', bucket: 'other' }],
  ])('that asks for %s is BadRequest', async (_, body) => {
    expect(refusalOf(await post(makeOlderService(), taoRequest(body))).code).toBe('BadRequest');
  });

  test('binds the body to the byte', async () => {
    const request = taoRequest(wanted);
    const respelt = { ...request, body: `${request.body} ` };
    expect(refusalOf(await post(makeOlderService(), respelt)).code).toBe('BadSignature');
  });
});
