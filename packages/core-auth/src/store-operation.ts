import { z } from 'zod';

/** Of one request. */
export const MAX_OPERATIONS = 32;
/** S3's limit for one PUT: 5 GiB. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** No longer than S3's longest. */
const key = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => text.isWellFormed(), 'not well-formed Unicode');

const operationSchemas = {
  put: z.strictObject({
    op: z.literal('put'),
    key,
    // Some stores take a put of nothing for a copy when the client adds the header of one.
    size: z.int().min(1).max(MAX_PUT_BYTES),
    /** Of the body, lower-case hex. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .refine((hash) => hash !== SHA256_OF_NOTHING, 'an empty object can not be put'),
  }),
  get: z.strictObject({ op: z.literal('get'), key }),
  head: z.strictObject({ op: z.literal('head'), key }),
  list: z.strictObject({
    op: z.literal('list'),
    prefix: key,
    /** Keys behind this one, which begins with the prefix. */
    start_after: key.optional(),
    /** Default: the store's, which is 1,000. */
    max_keys: z.int().min(1).max(1000).optional(),
  }),
};

/** One request to the store that a hotkey wants to be signed. */
export const storeOperationSchema = z.discriminatedUnion('op', [
  operationSchemas.put,
  operationSchemas.get,
  operationSchemas.head,
  operationSchemas.list,
]);
export type StoreOperation = z.infer<typeof storeOperationSchema>;
