export type ManifestErrorCode =
  /** No manifest at all: not canonical JSON, unknown fields, values out of range. */
  | 'Malformed'
  /** Not signed by the hotkey it names. */
  | 'BadSignature'
  /** A sound manifest of another hotkey, source, network or subnet, or under another's number. */
  | 'WrongDataset'
  /** A commit that does not follow the one before it. */
  | 'BrokenChain'
  /** Changes that contradict the dataset they change, or totals that do not add up. */
  | 'Inconsistent'
  /** More than a reader is willing to take. */
  | 'TooLarge';

/** What is wrong with a manifest or a chain of them. The same bytes fail again. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly code: ManifestErrorCode;
  readonly retryable = false;

  constructor(code: ManifestErrorCode, message: string, cause?: unknown) {
    super(`${message} (${code})`, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
