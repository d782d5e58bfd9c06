import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { littleEndian } from './encode-scale.ts';
import { RECORDED } from './recorded-storage.ts';

export const GENESIS = `0x${'9a'.repeat(32)}`;
const [TIME_KEY, NUMBER_KEY, GENESIS_KEY] = [
  '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb',
  '0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac',
  '0x26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746b4def25cfda6ef3a00000000',
];

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Answers in place of the honest chain, or leaves the call to it by returning false. */
export type Fault = (call: Call, response: ServerResponse) => boolean;

/** A JSON-RPC node on 127.0.0.1 with the recorded storage, that can be made to misbehave. */
export class ScriptedChain {
  readonly calls: Call[] = [];
  readonly storage = new Map<string, string | null>();
  head = `0x${'00'.repeat(31)}20`;
  metagraph: Buffer | undefined;
  fault: Fault = () => false;
  /** Where set, every answer waits for it. */
  gate: Promise<unknown> | undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(timestamp: number): Promise<ScriptedChain> {
    const server = createServer();
    const chain = new ScriptedChain(server);
    for (const { key, value } of RECORDED.storage) chain.storage.set(key, value);
    chain.setGenesis(GENESIS);
    chain.setTime(timestamp);
    chain.storage.set(NUMBER_KEY, hex(littleEndian(BigInt(RECORDED.block_number), 4)));
    server.on('request', (request, response) => {
      chain.#serve(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return chain;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/key-of-a-customer`;
  }

  /** How often the finalised head was asked for: once an exchange. */
  get exchanges(): number {
    return this.calls.filter(({ method }) => method === 'chain_getFinalizedHead').length;
  }

  setTime(timestamp: number | null): void {
    this.storage.set(TIME_KEY, timestamp === null ? null : hex(littleEndian(BigInt(timestamp), 8)));
  }

  setGenesis(hash: string | null): void {
    this.storage.set(GENESIS_KEY, hash);
  }

  set(item: string, value: string | null, account?: string): void {
    const entry = RECORDED.storage.find((one) => one.item === item && one.account === account);
    if (entry === undefined) throw new Error(`no recorded ${item} of ${account}`);
    this.storage.set(entry.key, value);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call: Call = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    this.calls.push(call);
    await this.gate;
    if (this.fault(call, response)) return;
    reply(response, call, this.#result(call));
  }

  #result({ method, params }: Call): unknown {
    if (method === 'chain_getFinalizedHead') return this.head;
    if (method === 'state_call') return this.metagraph === undefined ? '0x00' : hex(this.metagraph);
    if (method !== 'state_queryStorageAt') throw new Error(`an unexpected ${method}`);
    const [keys, block] = params as [string[], string];
    const changes = keys.map((key) => [key, this.storage.get(key) ?? null]);
    return [{ block, changes }];
  }
}

export function reply(response: ServerResponse, { id }: Pick<Call, 'id'>, result: unknown): true {
  return send(response, JSON.stringify({ jsonrpc: '2.0', id, result }));
}

export function send(response: ServerResponse, body: string, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  return true;
}

function hex(bytes: Buffer): string {
  return `0x${bytes.toString('hex')}`;
}
