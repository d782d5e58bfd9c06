export type DataFileErrorCode =
  /** An entity that no data file can hold as it is. */
  | 'InvalidEntity'
  /** The file could not be created or written. */
  | 'WriteFailed'
  /** The end of the file is no Parquet footer, or one of an unreasonable length. */
  | 'BadFooter'
  /** The columns are not exactly those of the source and profile. */
  | 'WrongSchema'
  /** Footer, manifest and name do not agree on the number of rows. */
  | 'WrongRowCount'
  /** A value is missing or outside its range, or a page cannot be decoded. */
  | 'BadData'
  /** More memory than a reader is willing to give. */
  | 'TooLarge'
  /** Not possible for this source or profile. */
  | 'Unsupported';

/** What is wrong with a data file, or with what should become one. The same call fails again. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
  readonly code: DataFileErrorCode;
  readonly retryable = false;
  /** Name or path of the file. */
  readonly file: string;

  constructor(code: DataFileErrorCode, file: string, message: string, cause?: unknown) {
    super(`${file}: ${message} (${code})`, cause === undefined ? {} : { cause });
    this.code = code;
    this.file = file;
  }
}
