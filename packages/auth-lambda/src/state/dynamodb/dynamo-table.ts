import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AwsCredentialsProvider } from '../../aws/aws-credentials.ts';
import { AwsRequestError } from '../../aws/aws-request-error.ts';
import { SignedFetch } from '../../aws/signed-fetch.ts';
import { StateError } from '../state-error.ts';
import { type Item, itemSchema, type Outcome, outcomeOf } from './dynamo-answer.ts';

/** With the pauses between them within 3 seconds, what a request's decision waits for its state by default. */
const ATTEMPTS = 3;
const ATTEMPT_TIMEOUT_MS = 900;
const PAUSE_MS = 40;
/** A page of a scan is at most 1 MB before its filter. */
const MAX_ANSWER_BYTES = 2_000_000;

export interface DynamoTableOptions {
  /** Its name: 3 to 255 letters, digits, `_`, `.` and `-`. The key is `pk`, a string. */
  readonly table: string;
  readonly region: string;
  /** `https://host[:port]`, or http on this machine. Default: AWS' own of the region. */
  readonly endpoint?: string | undefined;
  /** Default: from the environment. */
  readonly credentials?: AwsCredentialsProvider | undefined;
  /** For each of three attempts. Default 900. */
  readonly attemptTimeoutMilliseconds?: number | undefined;
}

/** A condition over the item of one key, and what to write where it holds. */
export type ConditionalWrite = {
  readonly pk: string;
  readonly condition: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
} & (
  | { readonly operation: 'PutItem'; readonly item: Item }
  /** `#claim` and `:claim` are set beside it. */
  | { readonly operation: 'UpdateItem'; readonly update: string }
);

type Operation = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Scan';

const tableSchema = z.string().regex(/^[\w.-]{3,255}$/, 'not the name of a table');
const gotSchema = z.object({ Item: itemSchema.optional() });
const deletedSchema = z.object({ Attributes: itemSchema.optional() });
const pageSchema = z.object({
  Items: z.array(itemSchema),
  LastEvaluatedKey: itemSchema.optional(),
});

/** One table, spoken to in DynamoDB's JSON. Each call throws StateError where there is no certain answer. */
export class DynamoTable {
  readonly #table: string;
  readonly #fetch: SignedFetch;

  /** Throws ZodError where an option is wrong. */
  constructor({ table, attemptTimeoutMilliseconds, ...place }: DynamoTableOptions) {
    this.#table = tableSchema.parse(table);
    this.#fetch = new SignedFetch({
      ...place,
      service: 'dynamodb',
      timeoutMilliseconds: attemptTimeoutMilliseconds ?? ATTEMPT_TIMEOUT_MS,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
  }

  /** As the last write left it. */
  async get(pk: string, signal?: AbortSignal): Promise<Item | undefined> {
    const input = { Key: keyOf(pk), ConsistentRead: true };
    const { outcome } = await this.#ask('GetItem', input, signal);
    return this.#parse(gotSchema, outcome).Item;
  }

  /**
   * True where it was written, once; false where the condition does not hold, and no attempt before may have made it so. An attempt whose answer was lost may have
   * been carried out: each write leaves a claim of its own in the item, by which a repeated attempt knows its own work.
   */
  async write(write: ConditionalWrite, signal?: AbortSignal): Promise<boolean> {
    const claim = { S: randomUUID() };
    const { outcome, repeated } = await this.#ask(write.operation, inputOf(write, claim), signal);
    if (outcome.kind === 'done') return true;
    if (!repeated) return false;
    const found = await this.get(write.pk, signal);
    if (found?.claim?.S === claim.S) return true;
    // Who creates an item leaves a claim that stays. One that is updated may hold a later claim than our own.
    if (write.operation === 'PutItem') return false;
    throw this.#unavailable(write.operation, 'an attempt whose answer was lost may have counted');
  }

  /** Whether there was one. */
  async delete(pk: string): Promise<boolean> {
    const input = { Key: keyOf(pk), ReturnValues: 'ALL_OLD' };
    const { outcome } = await this.#ask('DeleteItem', input);
    return this.#parse(deletedSchema, outcome).Attributes !== undefined;
  }

  /** Every item whose key begins so; reads the whole table. */
  async *scan(prefix: string): AsyncGenerator<Item> {
    let from: Item | undefined;
    do {
      const { outcome } = await this.#ask('Scan', {
        FilterExpression: 'begins_with(pk, :prefix)',
        ExpressionAttributeValues: { ':prefix': { S: prefix } },
        ConsistentRead: true,
        ...(from && { ExclusiveStartKey: from }),
      });
      const page = this.#parse(pageSchema, outcome);
      yield* page.Items;
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }

  /** `repeated`: an attempt before the one that was answered may have been carried out. */
  async #ask(
    operation: Operation,
    input: object,
    signal?: AbortSignal,
  ): Promise<{ outcome: Outcome; repeated: boolean }> {
    const request = {
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify({ TableName: this.#table, ...input }),
      signal,
    };
    let reason = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (attempt > 1) await this.#pause(attempt, operation, signal);
      const outcome = await this.#attempt(request);
      if (outcome.kind === 'refused') throw this.#refused(operation, outcome.reason);
      if (outcome.kind !== 'unclear') return { outcome, repeated: attempt > 1 };
      reason = outcome.reason;
    }
    throw this.#unavailable(operation, reason);
  }

  async #attempt(request: Parameters<SignedFetch['post']>[0]): Promise<Outcome> {
    try {
      return outcomeOf(await this.#fetch.post(request));
    } catch (error) {
      if (!(error instanceof AwsRequestError)) throw error;
      // Its message is without secrets, and says which endpoint.
      const { message: reason } = error;
      if (error.code === 'Aborted') throw this.#unavailable('request', reason);
      return { kind: error.retryable ? 'unclear' : 'refused', reason };
    }
  }

  async #pause(attempt: number, operation: Operation, signal?: AbortSignal): Promise<void> {
    const milliseconds = PAUSE_MS * 2 ** (attempt - 2) * (0.5 + Math.random());
    try {
      await sleep(milliseconds, undefined, { ...(signal && { signal }) });
    } catch {
      throw this.#unavailable(operation, 'its caller gave up');
    }
  }

  #parse<T>(schema: z.ZodType<T>, outcome: Outcome): T {
    const parsed = schema.safeParse(outcome.kind === 'done' ? outcome.body : undefined);
    if (parsed.success) return parsed.data;
    throw this.#unavailable('answer', 'it is not what was asked for');
  }

  #unavailable(what: string, reason: string): StateError {
    const message = `the table ${this.#table} gave no certain answer (${what}: ${reason}); try again`;
    return new StateError('StateUnavailable', message);
  }

  #refused(operation: Operation, reason: string): StateError {
    const message = `the table ${this.#table} refused ${operation} (${reason}); check its name, its region, the endpoint and what these credentials may do`;
    return new StateError('InvalidState', message);
  }
}

const keyOf = (pk: string): Item => ({ pk: { S: pk } });

function inputOf(write: ConditionalWrite, claim: { readonly S: string }): object {
  const common = {
    ConditionExpression: write.condition,
    ...(write.names && { ExpressionAttributeNames: write.names }),
    ...(write.values && { ExpressionAttributeValues: write.values }),
  };
  if (write.operation === 'PutItem')
    return { ...common, Item: { ...keyOf(write.pk), ...write.item, claim } };
  return {
    ...common,
    Key: keyOf(write.pk),
    UpdateExpression: write.update,
    ExpressionAttributeNames: { ...write.names, '#claim': 'claim' },
    ExpressionAttributeValues: { ...write.values, ':claim': claim },
  };
}
