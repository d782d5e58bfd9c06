import { z } from 'zod';

const errorSchema = z.object({
  name: z.string(),
  $metadata: z.object({ httpStatusCode: z.int() }),
});

export const DENIED = 'AccessDenied 403';

/** What the SDK says of a request: `done`, or the error with its status. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    const { name, $metadata } = errorSchema.parse(error);
    return `${name} ${$metadata.httpStatusCode}`;
  }
}
