import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@data-universe/source', 'node', 'import', 'default'];
const tests = (suffix: string) =>
  ['{packages,apps,examples}/*', 'benchmarks', 'infra'].map(
    (folder) => `${folder}/test/**/*${suffix}`,
  );

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // Tests wait for processes and sockets more than for the processor: both cores of a small machine are used.
    maxWorkers: Math.max(2, availableParallelism()),
    // A limit for what hangs, not for what is slow on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests('.test.ts'),
          exclude: [
            '**/node_modules/**',
            ...tests('.conformance.test.ts'),
            ...tests('.e2e.test.ts'),
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: tests('.conformance.test.ts'),
          globalSetup: ['scripts/ceph/vitest-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: tests('.e2e.test.ts'),
          testTimeout: 120_000,
        },
      },
    ],
  },
});
