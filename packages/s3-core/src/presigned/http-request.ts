/** The part of the SDK's request that signing is about. */
export interface HttpRequest {
  readonly method: string;
  /** Escaped. */
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
}
