import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalCloud } from '@data-universe/local-cloud';
import { z } from 'zod';

const readySchema = z.object({
  endpoint: z.string(),
  region: z.string(),
  bucket: z.string(),
  admin: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  sink: z.string(),
});
export type Servers = z.infer<typeof readySchema>;

/** Serves the local cloud and a sink until standard input ends: a process of its own, so that its work is not measured. */
export async function serveUntilInputEnds(directory: string): Promise<void> {
  const cloud = await startLocalCloud({ directory });
  const sink = createServer((incoming, response) => {
    incoming.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const { port } = sink.address() as AddressInfo;
  const { endpoint, region, bucket, admin } = cloud;
  const ready: Servers = { endpoint, region, bucket, admin, sink: `http://127.0.0.1:${port}` };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await new Promise((resolve) => process.stdin.resume().once('end', resolve));
  sink.close();
  sink.closeAllConnections();
  await cloud.close();
}

export function parseServers(line: string): Servers {
  return readySchema.parse(JSON.parse(line));
}
