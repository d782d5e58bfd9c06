/** What the transport took from a request. */
export interface WireInput {
  /** The body of the POST; one over 8,192 bytes is refused, and may arrive cut off after that. */
  readonly body: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}
