import { createHash, randomBytes } from 'node:crypto';
import type { PresignedRequest, StoreOperation } from '@data-universe/core-auth/protocol';
import type { AwsCredentials } from '../aws/aws-credentials.ts';
import { presignedUrl } from '../aws/presigned-url.ts';
import { S3Presigner, type S3PresignerOptions } from '../grant/s3-presigner.ts';
import { type Answered, type Sent, sendRequest } from './send-request.ts';

/** What a store made of one attempt. */
export interface StoreFinding {
  /** What was tried. */
  readonly attempt: string;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Absent where the store did as it should. */
  readonly problem?: string | undefined;
}

export interface CheckStoreOptions extends S3PresignerOptions {
  readonly credentials: AwsCredentials;
}

/**
 * Tries on a store what presigned requests are for, and what they must not be good for. It puts some small objects
 * below `data/_check/`, which stay there. Whatever the store does is a finding, and nothing is thrown for it.
 */
export async function checkStore(options: CheckStoreOptions): Promise<readonly StoreFinding[]> {
  const check = new StoreCheck(options);
  await check.run();
  return check.findings;
}

type Judge = (answer: Answered) => string | undefined;
type Bend = (sent: Sent) => Partial<Sent>;

const served: Judge = ({ status }) => (status < 300 ? undefined : 'it is not served');
const refused: Judge = ({ status }) => (status >= 400 ? undefined : 'it is served');
const holds =
  (expected: string): Judge =>
  ({ text }) =>
    text === expected ? undefined : 'it holds something else than was put';
const shows =
  (key: string): Judge =>
  ({ text }) =>
    text.includes(key) || text.includes(encodeURIComponent(key)) ? undefined : 'it lacks a key';

const AN_HOUR_AND_MORE = 3_700_000;
const EVERYBODY = 'http://acs.amazonaws.com/groups/global/AllUsers';

class StoreCheck {
  readonly findings: StoreFinding[] = [];
  readonly #options: CheckStoreOptions;
  readonly #presigner: S3Presigner;
  readonly #folder = `data/_check/${randomBytes(8).toString('hex')}/`;
  #names = 0;

  constructor(options: CheckStoreOptions) {
    this.#options = options;
    this.#presigner = new S3Presigner(options);
  }

  async run(): Promise<void> {
    const kept = this.#fresh();
    const foreign = this.#fresh();
    for (const key of [kept, foreign])
      if (!(await this.#try('a put as it was signed', this.#put(key), served))) return;
    await this.#asSigned(kept);
    if (this.#presigner.createOnly)
      await this.#try('a put over an object', this.#put(kept), refused);
    await this.#bent('a put of other bytes', this.#put(this.#fresh()), ({ body }) => ({
      body: Buffer.alloc(body?.byteLength ?? 0, 'z'),
    }));
    await this.#withHeader('x-amz-copy-source', `/${this.#options.bucket}/${foreign}`);
    await this.#withHeader('x-amz-acl', 'public-read');
    await this.#withHeader('x-amz-grant-read', `uri="${EVERYBODY}"`);
    await this.#bentReads(kept, foreign);
    await this.#try('what was put first', this.#get(kept), holds(kept));
  }

  async #asSigned(key: string): Promise<void> {
    const listing: StoreOperation = { op: 'list', prefix: this.#folder, max_keys: 5 };
    await this.#try('a get as it was signed', this.#get(key), holds(key));
    await this.#try('a head as it was signed', this.#signed({ op: 'head', key }), served);
    await this.#try('a listing as it was signed', this.#signed(listing), shows(key));
    await this.#bent('a listing of everything', this.#signed(listing), ({ url }) => ({
      url: url.replace(/prefix=[^&]*/, 'prefix='),
    }));
  }

  async #bentReads(key: string, other: string): Promise<void> {
    const bends: Readonly<Record<string, Bend>> = {
      'of another key': ({ url }) => ({ url: url.replace(key, other) }),
      'with ?acl': ({ url }) => ({ url: `${url}&acl` }),
      'with ?versionId': ({ url }) => ({ url: `${url}&versionId=null` }),
      'without a signature': withoutSignature,
      'sent as DELETE': () => ({ method: 'DELETE' }),
      'sent as PUT': () => ({ method: 'PUT', body: Buffer.from('z') }),
    };
    for (const [how, bend] of Object.entries(bends))
      await this.#bent(`a get ${how}`, this.#get(key), bend);
    const now = () => Date.now() - AN_HOUR_AND_MORE;
    const expired = new S3Presigner({ ...this.#options, now });
    await this.#try('a get after its time', this.#signed({ op: 'get', key }, expired), refused);
  }

  /** A header that nobody signed may be let pass, where all stays as it was signed. */
  async #withHeader(header: string, value: string): Promise<void> {
    const key = this.#fresh();
    const attempt = `a put with ${header} added`;
    const put = this.#put(key).then((sent) => ({
      ...sent,
      headers: { ...sent.headers, [header]: value },
    }));
    let passed = false;
    await this.#try(attempt, put, ({ status }) => {
      passed = status < 300;
      return undefined;
    });
    if (!passed) return;
    await this.#try(`${attempt}: its bytes`, this.#get(key), holds(key));
    const nobody = this.#get(key).then((sent) => ({ ...sent, ...withoutSignature(sent) }));
    const advice = 'everybody can read it: set presign_private_acl';
    await this.#try(`${attempt}: without a signature`, nobody, ({ status }) =>
      status >= 400 ? undefined : advice,
    );
    // Some stores know the bucket under another name for those who have no account.
    await this.#try(`${attempt}: its ACL`, this.#acl(key), ({ text }) =>
      text.includes(EVERYBODY) ? advice : undefined,
    );
  }

  #bent(attempt: string, request: Promise<Sent>, bend: Bend): Promise<boolean> {
    return this.#try(
      attempt,
      request.then((sent) => ({ ...sent, ...bend(sent) })),
      refused,
    );
  }

  /** Whether the store did as it should. */
  async #try(attempt: string, request: Promise<Sent>, judge: Judge): Promise<boolean> {
    let finding: StoreFinding;
    try {
      const answer = await sendRequest(await request);
      const problem = judge(answer);
      finding = { attempt, status: answer.status, ...(problem !== undefined && { problem }) };
    } catch (error) {
      const why = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
      finding = { attempt, status: 0, problem: `there was no answer (${why})` };
    }
    this.findings.push(finding);
    return finding.problem === undefined;
  }

  /** Its name is its content. */
  async #put(key: string): Promise<Sent> {
    const body = Buffer.from(key);
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { ...(await this.#signed({ op: 'put', key, size: body.byteLength, sha256 })), body };
  }

  #get(key: string): Promise<PresignedRequest> {
    return this.#signed({ op: 'get', key });
  }

  async #signed(operation: StoreOperation, by = this.#presigner): Promise<PresignedRequest> {
    const [request] = (await by.presign([operation])).requests;
    if (request === undefined) throw new Error('nothing was signed');
    return request;
  }

  async #acl(key: string): Promise<Sent> {
    const { bucket, region, credentials } = this.#options;
    const url = presignedUrl({
      method: 'GET',
      endpoint: new URL(this.#presigner.endpoint),
      region,
      credentials,
      segments: [bucket, ...key.split('/')],
      query: { acl: '' },
      headers: {},
      expiresSeconds: 60,
      now: Date.now(),
    });
    return { method: 'GET', url, headers: {} };
  }

  #fresh(): string {
    this.#names += 1;
    return `${this.#folder}${this.#names}-${randomBytes(8).toString('hex')}`;
  }
}

function withoutSignature({ url }: Sent): Partial<Sent> {
  return { url: url.slice(0, url.indexOf('?')), headers: {} };
}
