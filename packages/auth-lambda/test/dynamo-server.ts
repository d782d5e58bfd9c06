import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { SignedFetch } from '../src/aws/signed-fetch.ts';
import { type DynamoStateOptions, openDynamoState, type SharedState } from '../src/index.ts';

export const DYNAMO_KEYS = { accessKeyId: 'AKIADYNAMO', secretAccessKey: 'the-table-secret' };

const PROGRAM = fileURLToPath(new URL('./dynalite-process.mjs', import.meta.url));

let running: Promise<string> | undefined;
const ending: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(ending.map((end) => end()));
});

async function startDynalite(): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  ending.push(async () => {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  });
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('dynalite ended at once'))),
  ]);
  return `http://127.0.0.1:${z.object({ port: z.int() }).parse(message).port}`;
}

export interface Table {
  readonly endpoint: string;
  readonly table: string;
}

/** An empty table as infra makes it, in a DynamoDB on loopback that the tests of one file share. */
export async function makeTable(): Promise<Table> {
  running ??= startDynalite();
  const place = { endpoint: await running, table: `State-${randomUUID()}` };
  await callDynamo(place, 'CreateTable', {
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const described = z.object({ Table: z.object({ TableStatus: z.string() }) });
  for (;;) {
    const { Table } = described.parse(await callDynamo(place, 'DescribeTable', {}));
    if (Table.TableStatus === 'ACTIVE') return place;
  }
}

/** As an administrator would, past the code under test. */
export async function callDynamo(place: Table, operation: string, input: object): Promise<unknown> {
  const client = new SignedFetch({
    service: 'dynamodb',
    region: 'us-east-1',
    endpoint: place.endpoint,
    credentials: () => DYNAMO_KEYS,
    maxAnswerBytes: 4_000_000,
  });
  const { status, text } = await client.post({
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    },
    body: JSON.stringify({ TableName: place.table, ...input }),
  });
  if (status !== 200) throw new Error(`${operation}: ${status} ${text}`);
  return JSON.parse(text);
}

export function dynamoState(
  { endpoint, table }: Table,
  options: Partial<DynamoStateOptions> = {},
): SharedState {
  const credentials = () => DYNAMO_KEYS;
  return openDynamoState({ table, region: 'us-east-1', endpoint, credentials, ...options });
}
