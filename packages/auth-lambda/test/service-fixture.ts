import { randomBytes } from 'node:crypto';
import {
  type AccessGrant,
  type AccessRefusal,
  type AccessRequest,
  accessGrantSchema,
  accessRefusalSchema,
  type HotkeyAddress,
  type Signer,
  signAccessRequest,
  signerFromUri,
  type UnsignedAccessRequest,
  verifySignature,
} from '@data-universe/core-auth';
import type { NeuronStatus } from '@data-universe/subtensor';
import {
  type AccessConfigInput,
  type AccessHandler,
  type AccessOutput,
  type AccessPorts,
  createAccessHandler,
  ManualClock,
  MemoryAuditSink,
  MemoryCredentialIssuer,
  MemoryNonceStore,
  MemoryOwnerLevers,
  MemoryQuotaStore,
  TokenBucketLimiter,
} from '../src/index.ts';

export const NOW_SECONDS = 1_750_000_000;
export const CLIENT_ADDRESS = '203.0.113.7';

/** Registered miner, registered validator with a permit, and somebody the chain does not know. */
export const miner = signerFromUri('//Miner');
export const validator = signerFromUri('//Validator');
export const stranger = signerFromUri('//Stranger');

export const CONFIG: AccessConfigInput = {
  audience: 'https://auth.example.com/auth',
  network: 'finney',
  netuid: 13,
  bucket: 'data-universe-storage',
  region: 'us-east-1',
  registry_timeout_ms: 50,
  issuer_timeout_ms: 50,
};

const STANDINGS = new Map<HotkeyAddress, NeuronStatus>([
  [miner.address, { registered: true, uid: 7, validatorPermit: false }],
  [validator.address, { registered: true, uid: 1, validatorPermit: true }],
]);

export interface Service {
  readonly handler: AccessHandler;
  readonly clock: ManualClock;
  readonly audit: MemoryAuditSink;
  readonly issuer: MemoryCredentialIssuer;
  readonly levers: MemoryOwnerLevers;
  /** Which ports were asked, in order. */
  readonly calls: string[];
}

/** A service whose ports work in memory, but for those given. */
export function makeService(
  ports: Partial<AccessPorts> = {},
  config: Partial<AccessConfigInput> = {},
): Service {
  const clock = new ManualClock(NOW_SECONDS * 1000);
  const audit = new MemoryAuditSink();
  const issuer = new MemoryCredentialIssuer({ clock });
  const levers = new MemoryOwnerLevers();
  const calls: string[] = [];
  const all: AccessPorts = {
    clock,
    audit,
    addressLimiter: new TokenBucketLimiter({ clock }),
    nonces: new MemoryNonceStore({ clock }),
    registry: { lookup: async (_, hotkey) => STANDINGS.get(hotkey) ?? { registered: false } },
    levers,
    verify: verifySignature,
    quota: new MemoryQuotaStore(),
    issuer,
    ...ports,
  };
  const recorded: AccessPorts = {
    ...all,
    addressLimiter: { take: (...args) => note('limiter', all.addressLimiter.take(...args)) },
    nonces: { claim: (...args) => note('nonces', all.nonces.claim(...args)) },
    registry: {
      lastBlock: all.registry.lastBlock,
      lookup: (...args) => note('registry', all.registry.lookup(...args)),
    },
    levers: {
      isPaused: (...args) => note('pause', all.levers.isPaused(...args)),
      isDenied: (...args) => note('denyList', all.levers.isDenied(...args)),
    },
    verify: (...args) => note('verify', all.verify(...args)),
    quota: { charge: (...args) => note('quota', all.quota.charge(...args)) },
    issuer: recordedIssuer(all.issuer),
  };
  function recordedIssuer(given: AccessPorts['issuer']): AccessPorts['issuer'] {
    if ('issue' in given) return { issue: (...args) => note('issuer', given.issue(...args)) };
    const { endpoint, createOnly, checksums } = given;
    const presign: typeof given.presign = (...args) => note('issuer', given.presign(...args));
    return { endpoint, createOnly, checksums, presign };
  }
  function note<T>(port: string, result: T): T {
    calls.push(port);
    return result;
  }
  const handler = createAccessHandler({ ...CONFIG, ...config }, recorded);
  return { handler, clock, audit, issuer, levers, calls };
}

type Upload = Extract<UnsignedAccessRequest, { action: 'upload' }>;
type Read = Extract<UnsignedAccessRequest, { action: 'read' }>;

function common(signer: Signer) {
  return {
    version: 1 as const,
    hotkey: signer.address,
    network: 'finney',
    netuid: 13,
    audience: CONFIG.audience,
    issued_at: NOW_SECONDS,
    expires_at: NOW_SECONDS + 60,
    nonce: randomBytes(16).toString('hex'),
  };
}

export function uploadRequest(
  signer: Signer = miner,
  changes: Partial<Upload> = {},
): AccessRequest {
  const unsigned: Upload = { ...common(signer), action: 'upload', source: 'x', ...changes };
  return signAccessRequest(unsigned, signer);
}

export function readRequest(
  signer: Signer = validator,
  changes: Partial<Read> = {},
): AccessRequest {
  const target = { action: 'read' as const, miner_hotkey: miner.address };
  return signAccessRequest({ ...common(signer), ...target, ...changes }, signer);
}

export function bodyOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

export function ask(service: Service, request: AccessRequest | object): Promise<AccessOutput> {
  return service.handler({ body: bodyOf(request), headers: {}, sourceAddress: CLIENT_ADDRESS });
}

export function grantOf(output: AccessOutput): AccessGrant {
  return accessGrantSchema.parse(JSON.parse(output.body));
}

export function refusalOf(output: AccessOutput): AccessRefusal['error'] {
  return accessRefusalSchema.parse(JSON.parse(output.body)).error;
}
