import { randomUUID } from 'node:crypto';
import { parseKeyPrefix } from '../object-key.ts';
import { abortCases } from './abort-cases.ts';
import type { CaseDefinition, ConformanceCase, ConformanceSubject } from './case.ts';
import { commitCases } from './commit-cases.ts';
import { createOnlyCases } from './create-only-cases.ts';
import { integrityCases } from './integrity-cases.ts';
import { keyCases } from './key-cases.ts';
import { listCases } from './list-cases.ts';
import { objectCases } from './object-cases.ts';
import { rangeCases } from './range-cases.ts';

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
