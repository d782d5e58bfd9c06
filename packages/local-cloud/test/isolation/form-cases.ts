import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { type Answer, send } from './answer.ts';
import { type Cast, type IsolationCase, onCeph, refused } from './case.ts';

const BOUNDARY = 'a-boundary-of-the-form';

/** What a browser's form sends: a policy that the miner signed for the key, and a file. */
function postForm({ world, minerKeys }: Cast, key: string): Promise<Answer> {
  const { endpoint, region, bucket, publicBucket } = world.server;
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const signed = {
    key,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${minerKeys.accessKeyId}/${scope}`,
    'x-amz-date': date,
    'x-amz-security-token': minerKeys.sessionToken,
  };
  const conditions = [
    { bucket },
    ...Object.entries(signed).map(([name, value]) => ({ [name]: value })),
  ];
  const expiration = new Date(Date.now() + 60_000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const signingKey = scope
    .split('/')
    .reduce<Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      Buffer.from(`AWS4${minerKeys.secretAccessKey}`),
    );
  const signature = createHmac('sha256', signingKey).update(policy).digest('hex');
  const fields = Object.entries({ ...signed, policy, 'x-amz-signature': signature }).map(
    ([name, value]) => `form-data; name="${name}"\r\n\r\n${value}`,
  );
  const body = [...fields, 'form-data; name="file"; filename="f"\r\n\r\nmine']
    .map((field) => `--${BOUNDARY}\r\nContent-Disposition: ${field}\r\n`)
    .join('');
  return send('POST', `${endpoint}/${publicBucket}`, {
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: `${body}--${BOUNDARY}--\r\n`,
  });
}

/** The local cloud knows no forms: to it they are nobody's. */
export const formCases: readonly IsolationCase[] = [
  refused("a form with another miner's key", (cast) => postForm(cast, cast.world.foreign)),
  refused("a form with a new key of another miner's", (cast) =>
    postForm(cast, cast.world.fresh(cast.world.other)),
  ),
  onCeph('a form with a key of its own is taken', async (cast) => {
    expect(await postForm(cast, cast.world.fresh())).toEqual({ status: 204 });
  }),
];
