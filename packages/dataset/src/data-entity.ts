/** A row of the miner's `DataEntity` table, as it stands there. */
export interface DataEntity {
  readonly uri: string;
  /** The text of the database, offset and fraction included: `YYYY-MM-DD HH:MM:SS[.ffffff]+00:00`. */
  readonly datetime: string;
  /** Hours since 1970, the miner's own figure. */
  readonly timeBucketId: number;
  /** 1 Reddit, 2 X, 3 YouTube. */
  readonly source: number;
  /** `NULL` the text and null the value are different labels of the same absence; both are kept. */
  readonly label: string | null;
  /** Bytes as scraped: JSON as a rule, anything in fact. */
  readonly content: Uint8Array;
  /** The miner's own figure, bytes. */
  readonly contentSizeBytes: number;
}
