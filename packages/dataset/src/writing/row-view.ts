/**
 * A row of the miner's table as bytes in a buffer, each part `[start, end)`. One view is used for row
 * after row: it holds for the moment it is given.
 */
export class RowView {
  bytes: Uint8Array = new Uint8Array();
  uriStart = 0;
  uriEnd = 0;
  datetimeStart = 0;
  datetimeEnd = 0;
  /** Below 0 where the label is null. */
  labelStart = -1;
  labelEnd = -1;
  contentStart = 0;
  contentEnd = 0;
  timeBucketId = 0;
  contentSizeBytes = 0;

  text(start: number, end: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
  }

  get content(): Uint8Array {
    return this.bytes.subarray(this.contentStart, this.contentEnd);
  }
}
