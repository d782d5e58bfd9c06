import type { Comparison } from './measure/compare.ts';

export interface Benchmark extends Omit<Comparison, 'units' | 'rounds'> {
  readonly name: string;
  readonly description: string;
  readonly unit: 'rows' | 'requests';
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
    baseline: 'scan, brotli 1, SHA-256',
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
    description: 'Decide on signed requests, against verifying their signatures and nothing else.',
    unit: 'requests',
    defaultUnits: 1_000,
    prepare: 'sign requests',
    subject: 'access handler',
    baseline: 'sr25519 alone',
  },
];
