// A publisher in a process of its own, from the built package, for tests that kill it.
import { signerFromUri } from '@data-universe/core-auth';
import { Publisher } from '@data-universe/publisher';
import { FileSystemBackend } from '@data-universe/storage-core';

const { databasePath, stateDirectory, storeDirectory, stopAt, compaction } = JSON.parse(
  process.argv[2],
);
const publisher = await Publisher.open({
  databasePath,
  stateDirectory,
  source: 'x',
  profile: 'raw',
  backend: new FileSystemBackend({ directory: storeDirectory }),
  signer: signerFromUri('//Alice'),
  network: 'test',
  netuid: 13,
  maxRowsPerFile: 400,
  maxFilesPerCommit: 2,
  compaction,
});
let passes = stopAt?.passes ?? 0;
try {
  const report = await publisher.run({
    onStep: async (step) => {
      process.stdout.write(`${step}\n`);
      if (step !== stopAt?.step || passes-- > 0) return;
      if (!stopAt.hold) process.kill(process.pid, 'SIGKILL');
      process.stdout.write('holding\n');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
} catch (error) {
  process.stdout.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
