import { createHash, randomBytes } from 'node:crypto';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  type AccessHandler,
  createAccessHandler,
  MemoryAuditSink,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  S3Presigner,
  type S3PresignerOptions,
  systemClock,
  TokenBucketLimiter,
} from '@data-universe/auth-lambda';
import {
  type AccessScope,
  createAccessRequest,
  type PresignedRequest,
  presignedGrantSchema,
  type Signer,
  type StoreOperation,
  signerFromSeed,
  verifySignature,
} from '@data-universe/core-auth';
import type { NeuronStatus } from '@data-universe/subtensor';
import { type Answer, send } from '../isolation/answer.ts';
import { Clients } from '../isolation/clients.ts';
import type { Server } from '../isolation/server.ts';

const AUDIENCE = 'https://auth.example/auth';

export interface Changes {
  readonly method?: string;
  readonly url?: (url: string) => string;
  /** Undefined takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** What a service said no to. */
export interface ServiceRefusal {
  readonly status: number;
  readonly code: string;
}

/** A store whose only key is the service's own, who is registered there, and what belongs to whom. */
export class Stage {
  readonly server: Server;
  readonly admin: S3Client;
  readonly miner = signerFromSeed(randomBytes(32));
  readonly otherMiner = signerFromSeed(randomBytes(32));
  readonly validator = signerFromSeed(randomBytes(32));
  readonly stranger = signerFromSeed(randomBytes(32));
  readonly own = `data/x/${this.miner.address}/`;
  readonly other = `data/x/${this.otherMiner.address}/`;
  /** The miner's, and there from the start. */
  readonly kept = `${this.own}${fileName(0)}`;
  readonly manifest = `${this.own}_manifest/0000000001.json`;
  /** Nothing of the miner's. */
  readonly foreign = `${this.other}${fileName(0)}`;
  readonly foreignManifest = `${this.other}_manifest/0000000001.json`;
  readonly #clients: Clients;
  readonly #handler: AccessHandler;
  #names = 0;

  constructor(server: Server) {
    this.server = server;
    this.#clients = new Clients(server);
    this.admin = this.#clients.s3(server.admin);
    this.#handler = this.#service(this.presigner());
  }

  /** As the service has one. */
  presigner(options: Partial<S3PresignerOptions> = {}): S3Presigner {
    const { bucket, region, endpoint, admin, kind } = this.server;
    const privateAcl = kind === 'Ceph RGW';
    return new S3Presigner({
      bucket,
      region,
      endpoint,
      credentials: admin,
      privateAcl,
      ...options,
    });
  }

  async layOut(): Promise<void> {
    const siblings = [
      `data/reddit/${this.miner.address}/${fileName(0)}`,
      `data/x/${this.miner.address}z/${fileName(0)}`,
      `data/x/${this.miner.address.slice(0, -1)}/${fileName(0)}`,
      'data/x/seed',
      'seed',
    ];
    const keys = [this.kept, this.manifest, this.foreign, this.foreignManifest, ...siblings];
    for (const key of keys)
      await this.admin.send(new PutObjectCommand({ ...this.object(key), Body: key }));
  }

  object(key: string) {
    return { Bucket: this.server.bucket, Key: key };
  }

  /** A data file's key of the miner's that nothing has yet. */
  fresh(): string {
    this.#names += 1;
    return `${this.own}${fileName(this.#names)}`;
  }

  put(key = this.fresh(), body = key): StoreOperation {
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { op: 'put', key, size: Buffer.byteLength(body), sha256 };
  }

  /** Through the whole service: signed by its hotkey, checked, presigned. */
  async ask(
    signer: Signer,
    scope: AccessScope,
    operations: readonly StoreOperation[],
  ): Promise<readonly PresignedRequest[] | ServiceRefusal> {
    const addressee = { network: 'test', netuid: 13, audience: AUDIENCE };
    const request = createAccessRequest(scope, { signer, ...addressee, operations });
    const { status, body } = await this.#handler({
      body: new TextEncoder().encode(JSON.stringify(request)),
      headers: {},
      sourceAddress: '127.0.0.1',
    });
    const answer = JSON.parse(body);
    if (status !== 200) return { status, code: answer.error.code };
    return presignedGrantSchema.parse(answer).requests;
  }

  /** One operation of the miner's, signed for it. */
  async signed(operation: StoreOperation): Promise<PresignedRequest> {
    return oneOf(await this.ask(this.miner, { action: 'upload', source: 'x' }, [operation]));
  }

  /** One operation on the miner's data, signed for a validator. */
  async signedToRead(operation: StoreOperation): Promise<PresignedRequest> {
    const scope = { action: 'read', minerHotkey: this.miner.address } as const;
    return oneOf(await this.ask(this.validator, scope, [operation]));
  }

  /** A signed request as it is meant, but for the changes. */
  send({ method, url, headers }: PresignedRequest, changes: Changes = {}): Promise<Answer> {
    const all = Object.entries({ ...headers, ...changes.headers });
    return send(changes.method ?? method, (changes.url ?? ((same) => same))(url), {
      headers: Object.fromEntries(
        all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      body: changes.body,
    });
  }

  /** A put of the operation's own bytes, which are its key, but for the changes. */
  async sendPut(operation = this.put(), changes: Changes = {}): Promise<Answer> {
    const body = 'key' in operation ? operation.key : '';
    return this.send(await this.signed(operation), { body, ...changes });
  }

  async holds(key: string): Promise<string | undefined> {
    const { Contents = [] } = await this.admin.send(
      new ListObjectsV2Command({ Bucket: this.server.bucket, Prefix: key, MaxKeys: 1 }),
    );
    if (Contents[0]?.Key !== key) return undefined;
    const { Body } = await this.admin.send(new GetObjectCommand(this.object(key)));
    return Body?.transformToString();
  }

  /** Whether somebody without any key gets it. */
  getByNobody(key: string): Promise<Answer> {
    return send('GET', `${this.server.endpoint}/${this.server.publicBucket}/${key}`);
  }

  /** Every object with its bytes' hash. */
  async everything(): Promise<string[]> {
    const { Contents = [] } = await this.admin.send(
      new ListObjectsV2Command({ Bucket: this.server.bucket }),
    );
    return Contents.map(({ Key, ETag, Size }) => `${Key} ${ETag} ${Size}`);
  }

  close(): void {
    this.#clients.close();
  }

  #service(issuer: S3Presigner): AccessHandler {
    const { bucket, region, endpoint } = this.server;
    const standings = new Map<string, NeuronStatus>([
      [this.miner.address, { registered: true, uid: 1, validatorPermit: false }],
      [this.otherMiner.address, { registered: true, uid: 2, validatorPermit: false }],
      [this.validator.address, { registered: true, uid: 3, validatorPermit: true }],
    ]);
    return createAccessHandler(
      { audience: AUDIENCE, network: 'test', netuid: 13, bucket, region, endpoint },
      {
        clock: systemClock,
        addressLimiter: new TokenBucketLimiter({ burst: 10_000 }),
        verify: verifySignature,
        nonces: new MemoryNonceStore(),
        registry: { lookup: async (_, hotkey) => standings.get(hotkey) ?? { registered: false } },
        levers: new MemoryOwnerLevers(),
        quota: new MemoryQuotaStore(),
        issuer,
        audit: new MemoryAuditSink(),
      },
    );
  }
}

export function fileName(rows: number): string {
  return `data_20260102_030405_${rows}_0123456789abcdef.parquet`;
}

function oneOf(answer: readonly PresignedRequest[] | ServiceRefusal): PresignedRequest {
  const [request] = 'code' in answer ? [] : answer;
  if (request === undefined) throw new Error('not signed', { cause: answer });
  return request;
}
