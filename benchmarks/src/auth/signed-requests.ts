import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AccessRequest,
  accessRequestSchema,
  createAccessRequest,
  type Signer,
  signerFromUri,
} from '@data-universe/core-auth';
import { z } from 'zod';
import type { Task } from '../measure/task.ts';

const HOTKEYS = 16;

/** Each costs some milliseconds: made where they are needed. */
export function signers(): readonly Signer[] {
  return Array.from({ length: HOTKEYS }, (_, index) => signerFromUri(`//Miner//${index}`));
}

export const ADDRESSEE = {
  network: 'bench',
  netuid: 13,
  audience: 'https://auth.example/auth',
} as const;
/** When all of them were signed, milliseconds since 1970. */
export const SIGNED_AT = Date.UTC(2026, 9, 31);

const fileIn = (prepared: string): string => join(prepared, 'requests.json');

/** Signs as many requests as will be decided on: signing is not what is measured. */
export const prepareRequests: Task = async ({ prepared, units }) => {
  return async () => {
    const scope = { action: 'upload', source: 'x' } as const;
    const requests: AccessRequest[] = [];
    for (const [first, signer] of signers().entries())
      for (let number = first; number < units; number += HOTKEYS)
        requests.push(createAccessRequest(scope, { ...ADDRESSEE, signer, clock: () => SIGNED_AT }));
    await writeFile(fileIn(prepared), JSON.stringify(requests));
    return { units, bytes: null };
  };
};

export async function readRequests(prepared: string): Promise<readonly AccessRequest[]> {
  return z.array(accessRequestSchema).parse(JSON.parse(await readFile(fileIn(prepared), 'utf8')));
}
