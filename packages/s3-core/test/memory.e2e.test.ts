import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startPut } from './support/put-process.ts';
import { httpServer } from './support/raw-server.ts';
import { CREDENTIALS, objectAnswer } from './support/scripted-store.ts';

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const MEBIBYTES = 768;

it('an upload holds a few parts in memory, however large the object is', async () => {
  expect(existsSync(built), 'build the package first').toBe(true);
  let sha256: string | undefined;
  let received = 0;
  const endpoint = await httpServer((request, response) => {
    request.on('data', ({ length }: Buffer) => {
      if (request.url?.includes('partNumber=')) received += length;
    });
    request.on('end', () => answer(request, response));
  });
  const answer = (
    { method, url = '', headers }: IncomingMessage,
    response: ServerResponse,
  ): void => {
    if (url.includes('?uploads')) {
      sha256 = String(headers['x-amz-meta-sha256']);
      response.end('<a><UploadId>u</UploadId></a>');
    } else if (url.includes('partNumber=')) response.writeHead(200, { etag: '"p"' }).end();
    else if (method === 'POST') response.end('<a><ETag>"e1"</ETag></a>');
    else response.writeHead(sha256 ? 200 : 404, objectAnswer(received, sha256).headers).end();
  };
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const { output } = await startPut({
    endpoint,
    region: 'us-east-1',
    bucket: 'bucket',
    credentials: { accessKeyId, secretAccessKey },
    key: 'large',
    mebibytes: MEBIBYTES,
    settings: { verifyAfterPut: 'trust-store' },
  }).ended;
  const { size, growth } = JSON.parse(output) as { size: number; growth: number };
  expect(received).toBe(size);
  expect(growth).toBeLessThan(150e6);
});
