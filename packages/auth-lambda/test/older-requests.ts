import { createHash, randomUUID } from 'node:crypto';
import type { Signer } from '@data-universe/core-auth';
import type { AccessOutput, AccessPorts } from '../src/index.ts';
import {
  CLIENT_ADDRESS,
  makeService,
  miner,
  NOW_SECONDS,
  type Service,
  validator,
} from './service-fixture.ts';

/** A request as a transport hands it over. */
export interface Posted {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const ALL_OLDER_FORMS = ['first-upload', 'first-read', 'tao-v2'] as const;
const FILE_HASH = createHash('sha256').update('a file').digest('hex');

/** A service that accepts every form. */
export function makeOlderService(ports: Partial<AccessPorts> = {}): Service {
  return makeService(ports, { older_forms: [...ALL_OLDER_FORMS] });
}

export function post(service: Service, { body, headers }: Posted): Promise<AccessOutput> {
  return service.handler({
    body: new TextEncoder().encode(body),
    headers,
    sourceAddress: CLIENT_ADDRESS,
  });
}

function signText(signer: Signer, text: string): Buffer {
  return Buffer.from(signer.sign(new TextEncoder().encode(text)));
}

interface FirstUpload {
  readonly hotkey: string;
  readonly timestamp: number;
  readonly expiry: number;
  readonly file_hash: string;
  readonly s3_path: string;
}

/** What the first miners send: an hour's expiry, the signature as bytes.hex() spells it. */
export function firstUpload(signer: Signer = miner, changes: Partial<FirstUpload> = {}) {
  const fields: FirstUpload = {
    hotkey: signer.address,
    timestamp: NOW_SECONDS,
    expiry: NOW_SECONDS + 3600,
    file_hash: FILE_HASH,
    s3_path: `data/2/${signer.address}/x_data_chunk_0_${NOW_SECONDS}.parquet`,
    ...changes,
  };
  const { hotkey, s3_path, file_hash, timestamp, expiry } = fields;
  const text = `${hotkey}:${s3_path}:${file_hash}:${timestamp}:${expiry}`;
  return { ...fields, signature: signText(signer, text).toString('hex') };
}

interface FirstRead {
  readonly validator_hotkey: string;
  readonly miner_hotkey: string;
  readonly timestamp: number;
  readonly expiry: number;
}

/** What the first validators send. */
export function firstRead(signer: Signer = validator, changes: Partial<FirstRead> = {}) {
  const fields: FirstRead = {
    validator_hotkey: signer.address,
    miner_hotkey: miner.address,
    timestamp: NOW_SECONDS,
    expiry: NOW_SECONDS + 3600,
    ...changes,
  };
  const { validator_hotkey, miner_hotkey, timestamp, expiry } = fields;
  const text = `read:${validator_hotkey}:${miner_hotkey}:${timestamp}:${expiry}`;
  return { action: 'read', ...fields, signature: signText(signer, text).toString('hex') };
}

export function posted(fields: object): Posted {
  return { body: JSON.stringify(fields), headers: {} };
}

/** A request by Tao v2 for what a body says. */
export function taoRequest(
  wanted: object,
  signer: Signer = miner,
  { timestamp = String(NOW_SECONDS * 1000), nonce = randomUUID() as string } = {},
): Posted {
  const body = JSON.stringify(wanted);
  const digest = createHash('sha256').update(body).digest('hex');
  return {
    body,
    headers: {
      'x-tao-version': '2',
      'x-tao-timestamp': timestamp,
      'x-tao-nonce': nonce,
      'x-tao-signed-by': signer.address,
      'x-tao-signature': signText(signer, `${digest}.${nonce}.${timestamp}`).toString('base64'),
    },
  };
}
