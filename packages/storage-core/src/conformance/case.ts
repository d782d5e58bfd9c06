import type { Capabilities, StorageBackend } from '../backend.ts';
import type { KeyPrefix } from '../object-key.ts';

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
interface CaseContext {
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
