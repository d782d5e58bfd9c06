import { isLoopbackHost } from '@data-universe/core-auth/loopback-host';
import { z } from 'zod';
import { GENESIS_HASHES } from './chain-block.ts';
import { hashSchema } from './hex-bytes.ts';

const milliseconds = (least: number, most: number) => z.int().min(least).max(most);

const endpointSchema = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    // The text itself is not repeated: a path or query may hold a key.
    const message = endpointProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** How a SubtensorRegistry asks; times in milliseconds. */
export const subtensorSettingsSchema = z
  .strictObject({
    network: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a name such as finney'),
    netuid: z.int().min(0).max(65_535),
    /** JSON-RPC over HTTP, in order of preference. */
    endpoints: z
      .array(endpointSchema)
      .min(1)
      .max(8)
      .refine((urls) => new Set(urls).size === urls.length, 'an endpoint is named twice'),
    /** Known for finney; needed for every other network. */
    genesisHash: hashSchema.optional(),
    /** `weighed`: as the chain weighs it. `alpha`: what is staked on the hotkey on this subnet. */
    stake: z.enum(['none', 'alpha', 'weighed']).default('none'),
    requestTimeoutMs: milliseconds(1, 60_000).default(2_000),
    totalTimeoutMs: milliseconds(1, 120_000).default(4_500),
    /** The most that the finalised block's time may differ from our clock, either way. */
    maxBlockAgeMs: milliseconds(12_000, 3_600_000).default(120_000),
    /** So long an answer is given again without asking. */
    freshForMs: milliseconds(0, 900_000).default(30_000),
    /** So long it is given while a newer one is fetched. */
    staleForMs: milliseconds(0, 900_000).default(300_000),
    /** So long "not registered" holds; who has just registered waits no longer than this. */
    unregisteredForMs: milliseconds(0, 900_000).default(12_000),
    /** The chain is asked once in so long, for all who came meanwhile. */
    intervalMs: milliseconds(0, 10_000).default(200),
    /** Where every endpoint fails, the chain is asked once in so long. */
    retryAfterMs: milliseconds(0, 60_000).default(1_000),
    /** So long an endpoint that failed is asked last. */
    endpointPauseMs: milliseconds(0, 3_600_000).default(30_000),
  })
  .transform((settings, context) => {
    const genesisHash = settings.genesisHash ?? GENESIS_HASHES.get(settings.network);
    if (genesisHash !== undefined) return { ...settings, genesisHash };
    const message = `the genesis hash of ${settings.network} is not known here and must be given`;
    context.addIssue({ code: 'custom', path: ['genesisHash'], message });
    return z.NEVER;
  });

/** As written, defaults absent. */
export type SubtensorSettings = z.input<typeof subtensorSettingsSchema>;

function endpointProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'wss:' || url?.protocol === 'ws:') {
    return 'JSON-RPC is asked over HTTP here: write https:// instead of wss://';
  }
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return 'not an https URL';
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return 'it must have no user name, password or #fragment';
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return 'https is needed: http is for this machine alone';
  }
  return undefined;
}
