import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { z } from 'zod';

const neuronSchema = z.strictObject({
  uid: z.int().min(0).max(65_535),
  hotkey: hotkeySchema,
  validator_permit: z.boolean(),
  /** In RAO: a number while it is a safe integer, beyond that its decimal digits as text. */
  stake: z
    .union([z.int().min(0), z.string().regex(/^(?:0|[1-9]\d{0,19})$/, 'no amount of RAO')])
    .transform(BigInt)
    .refine((stake) => stake < 2n ** 64n, 'more RAO than a u64 holds')
    .optional(),
});

/** One subnet, as a JSON file describes it. */
export const staticRegistryFileSchema = z
  .strictObject({
    network: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'not the name of a network'),
    netuid: z.int().min(0).max(65_535),
    neurons: z.array(neuronSchema).max(65_536),
  })
  .superRefine(({ neurons }, context) => {
    for (const field of ['uid', 'hotkey'] as const) {
      const seen = new Map<number | string, number>();
      for (const [index, neuron] of neurons.entries()) {
        const first = seen.get(neuron[field]);
        if (first === undefined) {
          seen.set(neuron[field], index);
          continue;
        }
        const message = `the ${field} ${neuron[field]} is that of neuron ${first} already`;
        context.addIssue({ code: 'custom', path: ['neurons', index, field], message });
      }
    }
  });

/** Hotkeys may be given as any string: the schema checks them. */
export type StaticRegistryFile = z.input<typeof staticRegistryFileSchema>;

/** A registry that can't be used as it is configured. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code = 'InvalidRegistry';
  readonly retryable = false;
}
