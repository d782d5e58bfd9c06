import { z } from 'zod';

/** What requests to a cloud are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Asked before each request, since credentials may be renewed. */
export type AwsCredentialsProvider = () => AwsCredentials | Promise<AwsCredentials>;

/** The service's own credentials, from the environment so that they are in no file or process list. */
export const awsEnvironmentSchema = z
  .object({
    AWS_ACCESS_KEY_ID: z.string('set it to the key the service signs with').min(1),
    AWS_SECRET_ACCESS_KEY: z.string('set it to the secret of that key').min(1),
    AWS_SESSION_TOKEN: z.string().min(1).optional(),
  })
  .transform(
    (env): AwsCredentials => ({
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    }),
  );

/** Credentials from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, read at each request; throws ZodError where they are absent. */
export function environmentCredentials(
  env: Readonly<Record<string, string | undefined>> = process.env,
): AwsCredentialsProvider {
  return () => awsEnvironmentSchema.parse(env);
}

/** The key of a store that is signed for with another one than the rest; undefined where there is none. */
export const storeEnvironmentSchema = z
  .object({
    DATA_UNIVERSE_STORE_ACCESS_KEY_ID: z.string().min(1).optional(),
    DATA_UNIVERSE_STORE_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  })
  .transform((env, context): AwsCredentials | undefined => {
    const accessKeyId = env.DATA_UNIVERSE_STORE_ACCESS_KEY_ID;
    const secretAccessKey = env.DATA_UNIVERSE_STORE_SECRET_ACCESS_KEY;
    if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
    if (accessKeyId !== undefined && secretAccessKey !== undefined)
      return { accessKeyId, secretAccessKey };
    context.addIssue({
      code: 'custom',
      message:
        'set both DATA_UNIVERSE_STORE_ACCESS_KEY_ID and DATA_UNIVERSE_STORE_SECRET_ACCESS_KEY, or neither',
    });
    return z.NEVER;
  });
