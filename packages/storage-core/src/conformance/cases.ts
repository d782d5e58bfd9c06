import { randomUUID } from 'node:crypto';
import type { Capabilities, StorageBackend } from '../backend.ts';
import { type KeyPrefix, parseKeyPrefix } from '../object-key.ts';
import { abortCases } from './abort-cases.ts';
import { commitCases } from './commit-cases.ts';
import { createOnlyCases } from './create-only-cases.ts';
import { integrityCases } from './integrity-cases.ts';
import { keyCases } from './key-cases.ts';
import { listCases } from './list-cases.ts';
import { objectCases } from './object-cases.ts';
import { rangeCases } from './range-cases.ts';

/** A backend under test. */
export interface ConformanceSubject {
  /** What the backend says it can do: selects the cases. */
  readonly capabilities: Capabilities;
  /**
   * A backend to run one case against. Its store may be shared: each case works below a prefix of
   * its own, `conformance/{random}/`.
   */
  create(): Promise<{ readonly backend: StorageBackend; cleanup?(): Promise<void> }>;
  /** Objects in the case of many pages, 1,005 by default: more than the store puts on one page. */
  readonly manyObjects?: number | undefined;
}

/** What a case gets. */
export interface CaseContext {
  readonly backend: StorageBackend;
  /** Empty before the case; the case writes nowhere else. */
  readonly prefix: KeyPrefix;
  readonly manyObjects: number;
}

export interface CaseDefinition {
  readonly name: string;
  /** Left out for a backend that this says no to. */
  readonly when?: (capabilities: Capabilities) => boolean;
  readonly run: (context: CaseContext) => Promise<void>;
}

/** One behaviour that every backend owes. `run` rejects with an AssertionError where it is not met. */
export interface ConformanceCase {
  /** A sentence. */
  readonly name: string;
  run(): Promise<void>;
}

/** The cases for a backend, for any test runner: `for (const c of conformanceCases(s)) it(c.name, c.run)`. */
export function conformanceCases(subject: ConformanceSubject): ConformanceCase[] {
  return [
    ...objectCases,
    ...keyCases,
    ...rangeCases,
    ...listCases,
    ...integrityCases,
    ...createOnlyCases,
    ...abortCases,
    ...commitCases,
  ]
    .filter((definition) => definition.when?.(subject.capabilities) ?? true)
    .map((definition) => ({ name: definition.name, run: () => runCase(subject, definition) }));
}

async function runCase(subject: ConformanceSubject, definition: CaseDefinition): Promise<void> {
  const { backend, cleanup } = await subject.create();
  try {
    const prefix = parseKeyPrefix(`conformance/${randomUUID()}/`);
    await definition.run({ backend, prefix, manyObjects: subject.manyObjects ?? 1005 });
  } finally {
    await cleanup?.();
  }
}
