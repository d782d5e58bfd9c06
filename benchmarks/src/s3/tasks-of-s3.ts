/** In the order of the table; the raw SDK is what the others are compared with. */
export const S3_TASKS = [
  'S3Backend, put',
  'raw SDK, put',
  'SDK in parts, put',
  'node:http, put',
  'S3Backend, ranges',
  'raw SDK, ranges',
] as const;
export type S3Task = (typeof S3_TASKS)[number];
