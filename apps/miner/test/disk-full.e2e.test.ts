import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectEqualRows,
  type Operator,
  readTable,
  startOperator,
  xPost,
} from '@data-universe/test-network';
import { afterAll, beforeAll, expect, it } from 'vitest';

// A mount of its own, gone with the process: it takes root, or a kernel that lets users make namespaces.
const UNSHARE = ['unshare', '--map-root-user', '--mount'] as const;
const probe = spawnSync(UNSHARE[0], [...UNSHARE.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt']);
const possible = probe.status === 0 || process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';

let operator: Operator;
beforeAll(async () => {
  operator = await startOperator();
});
afterAll(() => operator.close());

/** Runs the command that follows twice, on a disk of 2 MB: full, and after space was freed. */
const ON_A_FULL_DISK = `
mount -t tmpfs -o size=2m none "$DISK" || exit 90
head -c 1500k /dev/zero > "$DISK/ballast"
"$@" > "$OUT/full.json" 2> "$OUT/full.txt"
full=$?
rm "$DISK/ballast"
"$@" > "$OUT/freed.json" 2> "$OUT/freed.txt"
echo "$full $?"
`;

it.skipIf(!possible)(
  `on a full disk an upload says so, and the next one puts it right${possible ? '' : ' (skipped: no mount namespaces here)'}`,
  async () => {
    const { network, database } = operator;
    // Text that does not compress: the staging file is larger than what is left.
    const rows = Array.from({ length: 600 }, (_, n) =>
      xPost(n, n % 5, { text: randomBytes(1_000).toString('base64') }),
    );
    database.put(...rows);
    const disk = join(network.folder, 'disk');
    mkdirSync(disk);
    const { code, stdout, stderr } = await operator.miner(['upload', '--json'], {
      stateDirectory: disk,
      env: { DISK: disk, OUT: network.folder },
      wrapper: [...UNSHARE, 'bash', '-c', ON_A_FULL_DISK, 'bash'],
    });
    expect([code, stdout, stderr]).toEqual([0, '3 0\n', '']);

    const read = (name: string) => readFileSync(join(network.folder, name), 'utf8');
    expect(JSON.parse(read('full.json')).sources).toMatchObject([
      { source: 'x', ok: false, error: { code: 'DiskFull', exit_code: 3 } },
    ]);
    expect(read('full.txt')).toMatch(
      /x: error: No space left for .*: free some space or choose another state directory, then run again/,
    );
    expect(JSON.parse(read('freed.json'))).toMatchObject({ ok: true, rowsPublished: rows.length });
    expectEqualRows(await operator.readBack('x'), readTable(database.path, 'x'));
  },
);
