// The directions of the house. A package may import those named here, and itself.
const ALLOWED = {
  'storage-core': [],
  'core-auth': [],
  subtensor: ['core-auth'],
  dataset: ['storage-core', 'core-auth'],
  publisher: ['storage-core', 'core-auth', 'dataset'],
  's3-core': ['storage-core', 'core-auth'],
  's3-miner': ['storage-core', 'core-auth', 'dataset', 'publisher', 's3-core'],
  's3-validator': ['storage-core', 'core-auth', 'dataset', 's3-core'],
  'hf-storage': ['storage-core', 'core-auth', 'dataset', 'publisher'],
  'dual-storage': ['storage-core', 'core-auth', 'dataset'],
  'auth-lambda': ['core-auth', 'subtensor'],
  'local-cloud': ['auth-lambda', 'core-auth', 'subtensor'],
  'app-kit': ['storage-core', 'core-auth'],
};

const packageRules = Object.entries(ALLOWED).map(([name, allowed]) => ({
  name: `${name}-imports-only-${allowed.length === 0 ? 'itself' : allowed.join('-')}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: '^(packages|apps|examples|benchmarks)/',
    pathNot: `^packages/(${[name, ...allowed].join('|')})/`,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...packageRules,
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-an-app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|examples|benchmarks|infra)/' },
    },
    {
      name: 'no-source-imports-a-test',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '/test/' },
    },
    {
      name: 'only-the-factory-of-dual-storage-knows-vendors',
      severity: 'error',
      from: { path: '^packages/dual-storage/src/', pathNot: '/create-dual-storage\\.ts$' },
      to: { path: '^packages/(s3-|hf-)' },
    },
    {
      name: 'core-auth-knows-no-cloud',
      severity: 'error',
      from: { path: '^packages/core-auth/src/' },
      to: { path: 'node_modules/@(aws-sdk|smithy|huggingface)' },
    },
    {
      name: 'storage-core-knows-no-vendor',
      severity: 'error',
      from: { path: '^packages/storage-core/src/' },
      to: { path: 'node_modules' },
    },
    {
      name: 'auth-lambda-loads-sqlite-on-demand',
      severity: 'error',
      from: { path: '^packages/auth-lambda/src/', pathNot: '/state/sqlite/' },
      to: { path: '^packages/auth-lambda/src/state/sqlite/', dynamic: false },
    },
    {
      // Each would cost every cold start its loading, and the bundle its budgets.
      name: 'the-lambda-reaches-neither-an-sdk-nor-the-libraries-of-clients',
      severity: 'error',
      from: { path: '^packages/auth-lambda/src/lambda/handler\\.ts$' },
      to: {
        path: '(^|/)node_modules/(@aws-sdk|@smithy|@polkadot|better-sqlite3|commander|prom-client|p-retry)(/|$)',
        reachable: true,
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['@data-universe/source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
