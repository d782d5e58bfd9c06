import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Answer, answerOf } from './answer.ts';
import type { Keys } from './clients.ts';

export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly keys: Keys;
}

/** A signed action of IAM or STS, by the query protocol that both speak. */
export async function queryAction(
  { endpoint, region, keys }: Place,
  parameters: Readonly<Record<string, string>> & { readonly Action: string },
): Promise<Answer> {
  const client = new STSClient({ endpoint, region, credentials: { ...keys }, maxAttempts: 1 });
  const command = new GetCallerIdentityCommand({});
  // The SDK signs and sends; what is signed is another form.
  const Version = parameters.Action.includes('Role') ? '2010-05-08' : '2011-06-15';
  const body = new URLSearchParams({ Version, ...parameters }).toString();
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string; headers: Record<string, string> };
      request.body = body;
      request.headers['content-length'] = String(Buffer.byteLength(body));
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  try {
    return await answerOf(client.send(command));
  } finally {
    client.destroy();
  }
}
