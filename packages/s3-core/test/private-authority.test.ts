import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { bytesSource, parseObjectKey, readAll, sha256Of } from '@data-universe/storage-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Certificate, selfSignedCertificate } from './support/certificate.ts';
import { backendAt, objectAnswer } from './support/scripted-store.ts';

const KEY = parseObjectKey('a');
const BYTES = Buffer.alloc(4 * 1024 * 1024, 7);
const SHA256 = sha256Of(BYTES);

let certificate: Certificate;
let endpoint: string;
let close: () => Promise<void>;

beforeEach(async () => {
  certificate = selfSignedCertificate();
  const server = createServer(certificate, (request, response) => {
    request.resume();
    request.on('end', () => {
      const { headers } = objectAnswer(BYTES.length, SHA256);
      if (request.method === 'PUT') response.writeHead(200, { ...headers, 'content-length': '0' });
      else response.writeHead(200, headers);
      response.end(request.method === 'GET' ? BYTES : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
});

afterEach(() => close());

describe('a store behind a private authority', () => {
  it('is read and written, large bodies too, once that authority is trusted', async () => {
    const backend = backendAt(endpoint, { ca: certificate.cert });
    expect((await backend.put(KEY, bytesSource(BYTES), { sha256: SHA256 })).sha256).toBe(SHA256);
    expect(BYTES.equals(await readAll((await backend.get(KEY)).body))).toBe(true);
    backend.close();
  });

  it('is refused without it, and with another, and not tried again', async () => {
    for (const ca of [undefined, selfSignedCertificate().cert]) {
      let asked = 0;
      const backend = backendAt(endpoint, {
        ca,
        credentials: async () => {
          asked += 1;
          return { accessKeyId: 'a', secretAccessKey: 'b' };
        },
      });
      await expect(backend.head(KEY)).rejects.toMatchObject({
        code: 'Unknown',
        message: expect.stringContaining('certificate'),
      });
      expect(asked).toBe(1);
    }
  });

  it.each([
    ['nothing', ''],
    ['text', 'trust me'],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ])('cannot be trusted by %s', (_, ca) => {
    expect(() => backendAt(endpoint, { ca })).toThrow(TypeError);
  });
});
