/** Bytes in the store that are not the ones the manifest was signed for. */
export class IntegrityError extends Error {
  override readonly name = 'IntegrityError';
  readonly code = 'IntegrityFailed';
  readonly retryable = false;
  /** Name of the data file. */
  readonly file: string;
  /** Number of the block, counted from 0; undefined where it is not about one block. */
  readonly block: number | undefined;

  constructor(file: string, message: string, block?: number) {
    const place = block === undefined ? file : `${file}, block ${block}`;
    super(`${place}: ${message}`);
    this.file = file;
    this.block = block;
  }
}
