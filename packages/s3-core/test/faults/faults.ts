import type { StorageErrorCode } from '@data-universe/storage-core';
import type { Fault } from '../support/fault-proxy.ts';

export interface NamedFault {
  readonly name: string;
  readonly fault: Fault;
  /** What it ends in where it never ends. */
  readonly code: StorageErrorCode;
}

const answered = (status: number, code: string) => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>says the store</Message></Error>`,
});

const slowDown = answered(503, 'SlowDown');

/** Faults of any request. */
export const FAULTS: readonly NamedFault[] = [
  {
    name: 'a connection reset before the request is read',
    fault: { request: 'reset', at: 0 },
    code: 'Unavailable',
  },
  {
    name: 'an answer lost after the store did it',
    fault: { answer: 'reset', at: 0 },
    code: 'Unavailable',
  },
  {
    name: 'a reset in the head of the answer',
    fault: { answer: 'reset', at: 20 },
    code: 'Unavailable',
  },
  {
    name: 'a reset in the body of the answer',
    fault: { answer: 'reset', at: 200_000 },
    code: 'Unavailable',
  },
  {
    name: 'an answer that ends in its head',
    fault: { answer: 'end', at: 20 },
    code: 'Unavailable',
  },
  {
    name: 'an answer that ends before its last byte',
    fault: { answer: 'end', at: Number.POSITIVE_INFINITY },
    code: 'Unavailable',
  },
  { name: 'no answer at all', fault: { answer: 'stall', at: 0 }, code: 'Unavailable' },
  {
    name: 'an answer that stalls before its last byte',
    fault: { answer: 'stall', at: Number.POSITIVE_INFINITY },
    code: 'Unavailable',
  },
  { name: '500 InternalError', fault: answered(500, 'InternalError'), code: 'Unavailable' },
  { name: '503 SlowDown', fault: slowDown, code: 'RateLimited' },
];

/** An answer without a body is known by its status alone. */
export const HEAD_FAULTS: readonly NamedFault[] = FAULTS.map((named) => ({
  ...named,
  code: 'Unavailable',
}));

/** The store says that credentials are past their time: after any request, or in the middle of one. */
export const EXPIRED: readonly NamedFault[] = [
  { name: '403 ExpiredToken', fault: answered(403, 'ExpiredToken'), code: 'CredentialsExpired' },
  { name: '400 ExpiredToken', fault: answered(400, 'ExpiredToken'), code: 'CredentialsExpired' },
];

/** Faults of a request that carries more than this many bytes. */
export const BODY_FAULTS: readonly NamedFault[] = [
  {
    name: 'a reset at byte 1 of the body',
    fault: { request: 'reset', at: 1 },
    code: 'Unavailable',
  },
  {
    name: 'a reset at byte 200,000 of the body',
    fault: { request: 'reset', at: 200_000 },
    code: 'Unavailable',
  },
  {
    name: 'a body that is read no further than byte 200,000',
    fault: { request: 'stall', at: 200_000 },
    code: 'Unavailable',
  },
  {
    name: 'a 503 in place of leave to send the body',
    fault: { ...slowDown, afterBytes: 0 },
    code: 'RateLimited',
  },
  {
    name: 'a 503 in the middle of the body',
    fault: { ...slowDown, afterBytes: 200_000 },
    code: 'RateLimited',
  },
];

/** A store that began its answer before it knew: the status says yes, the body no. */
export const LATE_REFUSALS: readonly NamedFault[] = [
  {
    name: '200 with InternalError in its body',
    fault: answered(200, 'InternalError'),
    code: 'Unavailable',
  },
  { name: '200 with SlowDown in its body', fault: answered(200, 'SlowDown'), code: 'RateLimited' },
  {
    name: '200 with ExpiredToken in its body',
    fault: answered(200, 'ExpiredToken'),
    code: 'CredentialsExpired',
  },
  { name: '200 with half a body', fault: { status: 200, body: '<Compl' }, code: 'Unavailable' },
  { name: '200 without a body', fault: { status: 200, body: '' }, code: 'Unavailable' },
];
