import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, writeRegistry } from './command-fixture.ts';
import { firstUpload } from './older-requests.ts';
import { miner } from './service-fixture.ts';
import { GRANTED, startSts } from './sts-double.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function start(changes: object) {
  const folder = await temporaryFolder();
  const config = join(folder, 'auth.json');
  const { endpoint } = await startSts(GRANTED);
  const keys = {
    registry: await writeRegistry(folder),
    bucket: 'my-bucket',
    sts_endpoint: endpoint,
    upload_role_arn: 'arn:aws:iam::123456789012:role/uploader',
    read_role_arn: 'arn:aws:iam::123456789012:role/reader',
    ...changes,
  };
  await writeFile(config, JSON.stringify(keys));
  return run(['--config', config]);
}

function requestOfNow() {
  const timestamp = Math.floor(Date.now() / 1000);
  return JSON.stringify(firstUpload(miner, { timestamp, expiry: timestamp + 3600 }));
}

test('the command accepts the older forms that its file names, and no other', async () => {
  const { stdout } = await start({ older_forms: ['first-upload'] });
  const { url } = JSON.parse(stdout());
  const response = await fetch(url, { method: 'POST', body: requestOfNow() });
  expect(await response.json()).toMatchObject({
    s3_path: expect.stringContaining(miner.address),
    credentials: { AccessKeyId: expect.any(String) },
  });

  const other = await start({ older_forms: ['first-read', 'tao-v2'] });
  const refused = await fetch(JSON.parse(other.stdout()).url, {
    method: 'POST',
    body: requestOfNow(),
  });
  expect(refused.status).toBe(400);
});

test('a form that nobody knows is a mistake, and --help names those that are known', async () => {
  const { exitCode, stderr } = await start({ older_forms: ['first-write'] });
  expect(exitCode).toBe(2);
  expect(stderr()).toContain('older_forms');
  const help = (await run(['--help'])).stdout();
  for (const word of ['older_forms', 'first-upload', 'first-read', 'tao-v2'])
    expect(help).toContain(word);
});
