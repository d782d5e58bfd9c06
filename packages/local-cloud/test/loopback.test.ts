import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NotLoopbackError, startLocalCloud } from '../src/index.ts';

describe('the cloud', () => {
  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.com', '127.0.0.1.example.com', ''])(
    'refuses to listen on %j',
    async (host) => {
      const directory = path.join(tmpdir(), 'local-cloud-never-made');
      await expect(startLocalCloud({ directory, host })).rejects.toThrow(NotLoopbackError);
    },
  );

  it('listens on localhost', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'local-cloud-'));
    const cloud = await startLocalCloud({ directory, host: 'localhost' });
    expect(cloud.endpoint).toMatch(/^http:\/\/localhost:\d+$/);
    await cloud.close();
    await rm(directory, { recursive: true });
  });
});
