import type { Comparison } from './measure/compare.ts';

export interface Benchmark extends Omit<Comparison, 'units' | 'rounds'> {
  readonly name: string;
  readonly description: string;
  readonly unit: 'rows' | 'requests' | 'pairs';
  readonly defaultUnits: number;
}

export const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'publish',
    description:
      'Publish a made database into a folder, against reading, compressing and hashing it.',
    unit: 'rows',
    defaultUnits: 200_000,
    prepare: 'make the database',
    subject: 'publisher, raw',
    baseline: 'scan, zstd 3, SHA-256',
  },
  {
    name: 'publish-encoded',
    description: 'The same in the profile for a public place: usernames and URLs encrypted.',
    unit: 'rows',
    defaultUnits: 200_000,
    prepare: 'make the database',
    subject: 'publisher, encoded',
    baseline: 'scan, zstd 3, SHA-256',
  },
  {
    name: 'threads',
    description: 'Publish with two threads, against one.',
    unit: 'rows',
    defaultUnits: 200_000,
    prepare: 'make the database',
    subject: 'publisher, raw',
    baseline: 'publisher, raw, one thread',
  },
  {
    name: 'write',
    description: 'Write one data file, against DuckDB given the same rows and columns.',
    unit: 'rows',
    defaultUnits: 200_000,
    prepare: 'make the database',
    subject: 'data file',
    baseline: 'DuckDB, zstd',
  },
  {
    name: 'fernet',
    description: 'Encode usernames and URLs, against one token after the other.',
    unit: 'pairs',
    defaultUnits: 200_000,
    prepare: 'nothing',
    subject: 'Fernet in batches',
    baseline: 'Fernet, node:crypto',
  },
  {
    name: 'read',
    description: 'Read every published row with its proof, against the same rows without.',
    unit: 'rows',
    defaultUnits: 200_000,
    prepare: 'publish a database',
    subject: 'verified read',
    baseline: 'hyparquet alone',
  },
  {
    name: 'auth',
    description:
      'Decide on signed requests as the Lambda does, against verifying their signatures and nothing else.',
    unit: 'requests',
    defaultUnits: 1_000,
    prepare: 'sign requests',
    subject: 'access handler, lean',
    baseline: 'sr25519 alone, lean',
  },
  {
    name: 'auth-server',
    description: 'The same as the plain server does, whose verifier is WebAssembly.',
    unit: 'requests',
    defaultUnits: 1_000,
    prepare: 'sign requests',
    subject: 'access handler, fast',
    baseline: 'sr25519 alone, fast',
  },
];
