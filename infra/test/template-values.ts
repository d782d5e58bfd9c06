import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]);
/** A policy as CDK writes it: one item may stand without its array. */
export const policySchema = z.object({
  Statement: z.array(
    z.looseObject({
      Sid: z.string().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore.optional(),
      Resource: z.union([oneOrMore, z.object({}).transform(() => [])]).optional(),
      Condition: z.unknown().optional(),
    }),
  ),
});

/** As the files of infra/policies are written. */
export const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
export const refOf = (value: unknown) => z.strictObject({ Ref: z.string() }).parse(value).Ref;

/** The rules as `aws s3api put-bucket-lifecycle-configuration` takes them. */
export function asS3Lifecycle(configuration: unknown) {
  const { Rules } = z
    .object({
      Rules: z.array(
        z.strictObject({
          Id: z.string(),
          Status: z.literal('Enabled'),
          AbortIncompleteMultipartUpload: z.object({ DaysAfterInitiation: z.int() }).optional(),
          NoncurrentVersionExpiration: z.object({ NoncurrentDays: z.int() }).optional(),
          ExpiredObjectDeleteMarker: z.boolean().optional(),
        }),
      ),
    })
    .parse(configuration);
  return {
    Rules: Rules.map(({ Id, ExpiredObjectDeleteMarker, ...rule }) => ({
      ID: Id,
      Filter: { Prefix: '' },
      ...rule,
      ...(ExpiredObjectDeleteMarker && { Expiration: { ExpiredObjectDeleteMarker } }),
    })),
  };
}
