import type { DataEntity } from '@data-universe/dataset';
import type { NewFile } from '../ledger/ledger-records.ts';

/** Where the rows to publish go. */
export interface RowSink {
  /** No more rows in this commit. */
  readonly full: boolean;
  /** How many more files this commit may have. */
  readonly filesLeft: number;
  /** Takes a row with its ledger entry; `flush` before the next one where it says so. */
  push(entity: DataEntity, entry: Buffer): 'flush' | 'more';
  flush(): Promise<void>;
  /** Takes files that are complete, under their names; absent where rows alone are wanted. */
  adopt?(files: readonly NewFile[]): void;
  /** Completes the files of this commit. */
  finish(): Promise<NewFile[]>;
  /** Removes what was written since the last `finish`. */
  abort(): Promise<void>;
}

/** For a dry run: counts what would be sent. */
export class CountingSink implements RowSink {
  readonly full = false;
  readonly filesLeft = Number.POSITIVE_INFINITY;
  readonly #maxRowsPerFile: number;
  rows = 0;
  /** Of content, before compression. */
  bytes = 0;

  constructor(maxRowsPerFile: number) {
    this.#maxRowsPerFile = maxRowsPerFile;
  }

  get files(): number {
    return Math.ceil(this.rows / this.#maxRowsPerFile);
  }

  push(entity: DataEntity): 'more' {
    this.rows += 1;
    this.bytes += entity.content.byteLength;
    return 'more';
  }

  async flush(): Promise<void> {}

  async finish(): Promise<NewFile[]> {
    return [];
  }

  async abort(): Promise<void> {}
}
