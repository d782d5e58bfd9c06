import { bytesSource, parseObjectKey, readAll, sha256Of } from '@data-universe/storage-core';
import { expect, it } from 'vitest';
import { backendAt, objectAnswer, s3Error, startScriptedStore } from './support/scripted-store.ts';

const KEY = parseObjectKey('a');
const LARGE = Buffer.alloc(40 * 1024 * 1024, 7);
const SHA256 = sha256Of(LARGE);

const failed = () => undefined;

it('a closed backend leaves nothing that keeps the process alive, whatever became of its calls', async () => {
  const before = process.getActiveResourcesInfo().toSorted();
  let requests = 0;
  const store = await startScriptedStore(({ url }, response) => {
    requests += 1;
    const outcomes = ['cut', s3Error(500, 'InternalError'), 'handled', 'broken'] as const;
    const outcome = outcomes[requests % outcomes.length] ?? 'cut';
    if (url.includes('uploads=') && requests % 2 === 0)
      return { status: 200, body: '<a><UploadId>u</UploadId></a>' };
    if (outcome !== 'broken') return outcome;
    response.writeHead(200, objectAnswer(1000).headers);
    response.write('half', () => response.destroy());
    return 'handled';
  });
  const backend = backendAt(store.endpoint, { idleTimeoutMs: 40, maxAttempts: 2 });
  for (let i = 0; i < 8; i++) {
    await backend.get(KEY).then(({ body }) => readAll(body).catch(failed), failed);
    await backend.head(KEY).catch(failed);
    await backend.put(KEY, bytesSource(LARGE), { sha256: SHA256 }).catch(failed);
    const signal = AbortSignal.timeout(30);
    await backend.put(KEY, bytesSource(LARGE), { sha256: SHA256, signal }).catch(failed);
  }
  backend.close();
  await store.close();
  await expect.poll(() => process.getActiveResourcesInfo().toSorted()).toEqual(before);
}, 60_000);
