import { randomBytes, randomInt } from 'node:crypto';
import { createAccessRequest, type Signer, signerFromSeed } from '@data-universe/core-auth';

/** What the flood is made of, and how much of it. */
const KINDS = {
  'bad JSON': 3,
  'no request': 2,
  'forged signature': 8,
  'signed by a stranger': 2,
  'from one address': 4,
  oversize: 1,
} as const;
type Kind = keyof typeof KINDS;

export interface Place {
  readonly network: string;
  readonly netuid: number;
  readonly audience: string;
}

/** An address as a trusted proxy names it; from so many that none comes often. */
function anyAddress(): string {
  const bytes = randomBytes(10);
  if (bytes.readUInt8(0) < 128)
    return `${randomInt(11, 120)}.${bytes.readUInt8(1)}.${bytes.readUInt8(2)}.${bytes.readUInt8(3)}`;
  const groups = [0, 2, 4].map((at) => bytes.readUInt16BE(at + 2).toString(16));
  return `2001:${groups.join(':')}::1`;
}

function httpRequest(body: string, address: string): Buffer {
  return Buffer.from(
    `POST /auth HTTP/1.1\r\nHost: auth\r\nX-Forwarded-For: ${address}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Endless garbage, prepared so that making it costs little. */
export function makeGarbage(place: Place, miner: Signer): () => Buffer {
  const scope = { action: 'upload', source: 'x' } as const;
  const signed = (signer: Signer) => createAccessRequest(scope, { signer, ...place });
  // Of another request by the same hotkey: no cheap look at it tells that it is wrong.
  const { signature } = signed(miner);
  const forged = JSON.stringify({ ...signed(miner), signature });
  const nonceAt = forged.indexOf('"nonce":"') + 9;
  const strangers = Array.from({ length: 64 }, () =>
    JSON.stringify(signed(signerFromSeed(randomBytes(32)))),
  );
  const filler = 'x'.repeat(100_000);
  const make: Record<Kind, () => Buffer> = {
    'bad JSON': () => httpRequest('{"version": 1, "action": "upload", ', anyAddress()),
    'no request': () => httpRequest('{"version":1,"action":"read","hotkey":"*"}', anyAddress()),
    'forged signature': () => {
      const nonce = randomBytes(16).toString('hex');
      const body = forged.slice(0, nonceAt) + nonce + forged.slice(nonceAt + 32);
      return httpRequest(body, anyAddress());
    },
    'signed by a stranger': () =>
      httpRequest(strangers[randomInt(strangers.length)] ?? '', anyAddress()),
    'from one address': () => httpRequest('{}', '198.51.100.1'),
    oversize: () => httpRequest(filler, anyAddress()),
  };
  const kinds = Object.entries(KINDS).flatMap(([kind, weight]) =>
    Array<() => Buffer>(weight).fill(make[kind as Kind]),
  );
  return () => (kinds[randomInt(kinds.length)] ?? make.oversize)();
}
