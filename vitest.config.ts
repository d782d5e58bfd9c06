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
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
