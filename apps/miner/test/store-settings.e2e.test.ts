import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  entitiesOfDocument,
  expectEqualRows,
  type Operator,
  readTable,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPrivateFront, type PrivateFront } from './support/private-front.ts';

let operator: Operator;
let front: PrivateFront;
let caFile: string;
beforeAll(async () => {
  operator = await startOperator();
  front = await openPrivateFront(operator.network.cloud.endpoint);
  caFile = join(operator.network.folder, 'authority.pem');
  writeFileSync(caFile, front.certificate.cert);
});
afterAll(async () => {
  await front.close();
  await operator.close();
});
beforeEach(() => {
  front.seen.length = 0;
});

let posts = 0;
/** A post that is not published yet. */
const post = () => operator.database.put(xPost(posts++, 1));

/** The store behind the front, with these settings. */
const through = (settings: string) => ({
  s3: `endpoint_url: "${front.url}"\n    store_settings: { ${settings} }`,
});

const puts = () => front.seen.filter(({ line }) => line.startsWith('PUT '));

/** What went wrong with the one source that was to be published. */
function failureIn(stdout: string): { readonly code: string; readonly message: string } {
  return JSON.parse(stdout).sources[0].error;
}

/** What the configuration file has where a problem of this key is said to be. */
function textAt(stderr: string, key: string): string | undefined {
  const [, file = '', line, column] =
    new RegExp(`(/\\S+\\.yaml):(\\d+):(\\d+): ${key}: `).exec(stderr) ?? [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .at(Number(line) - 1)
    ?.slice(Number(column) - 1);
}

describe('storage.s3.store_settings', () => {
  it('ca_file: a store behind a private authority is written and read', async () => {
    post();
    const trusting = through(`ca_file: ${JSON.stringify(caFile)}`);
    const { code, stderr } = await operator.miner(['upload'], trusting);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(puts().length).toBeGreaterThan(0);
    for (const { checksums } of puts()) expect(checksums).toEqual(['x-amz-checksum-sha256']);

    const { address } = operator.network.miner.signer;
    const read = await operator.validator(
      ['read', address, '--source', 'x', '--max', '1000', '--json'],
      trusting,
    );
    expect(read.code).toBe(0);
    expectEqualRows(entitiesOfDocument(read.stdout), readTable(operator.database.path, 'x'));
  });

  it('without it that store is refused, and nothing is sent', async () => {
    post();
    const { code, stdout } = await operator.miner(['upload', '--json'], through(''));
    expect(code).not.toBe(0);
    expect(failureIn(stdout).message).toMatch(/certificate or TLS was refused/);
    expect(front.seen).toEqual([]);
  });

  it.each(['miner', 'validator'] as const)(
    'a ca_file that is not there is exit code 2 of the %s, by key and line',
    async (app) => {
      const args = {
        miner: ['upload'],
        validator: ['stats', operator.network.miner.signer.address],
      };
      const { code, stdout, stderr } = await operator[app](
        args[app],
        through('ca_file: none/authority.pem'),
      );
      expect([code, stdout]).toEqual([2, '']);
      expect(textAt(stderr, 'storage.s3.store_settings.ca_file')).toMatch(/^ca_file: none/);
      const path = join(operator.network.folder, 'none/authority.pem');
      expect(stderr).toContain(`${path} can't be read (ENOENT)`);
    },
  );

  it('checksum_mode: when-required publishes the same rows without a checksum header', async () => {
    post();
    const settings = `ca_file: ${JSON.stringify(caFile)}, checksum_mode: when-required`;
    const { code } = await operator.miner(['upload'], through(settings));
    expect(code).toBe(0);
    expect(puts().length).toBeGreaterThan(0);
    expect(front.seen.flatMap(({ checksums }) => checksums)).toEqual([]);
    expectEqualRows(await operator.readBack('x'), readTable(operator.database.path, 'x'));
  });

  it('conditional_writes: false asks whether a key is taken', async () => {
    post();
    const settings = `ca_file: ${JSON.stringify(caFile)}, conditional_writes: false`;
    expect((await operator.miner(['upload'], through(settings))).code).toBe(0);
    const [first] = puts();
    const asked = `HEAD ${first?.line.split(' ')[1]?.split('?')[0]}`;
    const lines = front.seen.map(({ line }) => line);
    const before = lines.slice(0, lines.indexOf(first?.line ?? ''));
    expect(before.map((line) => line.split('?')[0])).toContain(asked);
  });

  it('what cannot be meant is refused by key and line', async () => {
    const { code, stderr } = await operator.miner(
      ['upload'],
      through('part_size_mib: 4, path_stile: true'),
    );
    expect(code).toBe(2);
    expect(textAt(stderr, 'storage.s3.store_settings.part_size_mib')).toMatch(/^part_size_mib: 4/);
    expect(stderr).toContain('part_size_mib: expected a whole');
    expect(stderr).toContain('path_stile: unknown key: did you mean path_style?');
  });
});
