import { setTimeout as sleep } from 'node:timers/promises';
import { createAccessRequest, type Signer } from '@data-universe/core-auth';
import { z } from 'zod';
import type { Place } from './garbage.ts';

const answerSchema = z.object({
  error: z.object({ code: z.string(), retry_after: z.number().optional() }).optional(),
});

/** What became of one wish for credentials. */
export interface Outcome {
  readonly code: string;
  readonly attempts: number;
  /** Of the last attempt. */
  readonly milliseconds: number;
}

export interface Client {
  readonly signer: Signer;
  readonly address: string;
}

/** Asks as the clients do: where it is told to wait, it waits and asks anew. */
export async function askFor(
  url: string,
  place: Place,
  { signer, address }: Client,
  attempts: number,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const body = JSON.stringify(
      createAccessRequest({ action: 'upload', source: 'x' }, { signer, ...place }),
    );
    const startedAt = performance.now();
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'x-forwarded-for': address },
      signal: AbortSignal.timeout(20_000),
    });
    const { error } = answerSchema.parse(await response.json());
    const milliseconds = performance.now() - startedAt;
    if (error === undefined || attempt === attempts || error.code !== 'TooManyRequests')
      return { code: error?.code ?? 'Granted', attempts: attempt, milliseconds };
    await sleep((error.retry_after ?? 1) * 1_000 * (0.5 + Math.random()));
  }
}
