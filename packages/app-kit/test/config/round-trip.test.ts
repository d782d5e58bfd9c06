import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseYamlLayer } from '../../src/config/yaml-layer.ts';
import type { Config } from '../../src/index.ts';
import { load, loadError } from '../support/load.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const word = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: 3, maxLength });
const fileName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names that hold them are refused.
  .filter((text) => !/[/\\\u0000-\u001f\u007f]/.test(text) && !/^\.{1,2}$/.test(text));
const absolutePath = fc
  .array(fileName, { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join('/')}`);
const nullable = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });
const url = fc.tuple(word(20), word(20)).map(([host, path]) => `https://${host}.example/${path}`);
const seconds = fc.integer({ min: 1, max: 86_400 });

const config: fc.Arbitrary<Config> = fc.record({
  network: word(32),
  netuid: fc.integer({ min: 0, max: 65_535 }),
  wallet: fc.record({ name: fileName, hotkey: fileName, path: absolutePath }),
  database: absolutePath,
  state_directory: absolutePath,
  storage: fc
    .constantFrom(
      { type: 's3' as const, use_s3: true, use_huggingface: false },
      { type: 'huggingface' as const, use_s3: false, use_huggingface: true },
      { type: 'dual' as const, use_s3: true, use_huggingface: true },
    )
    .chain((switches) =>
      fc.record({
        type: fc.constant(switches.type),
        use_s3: fc.constant(switches.use_s3),
        use_huggingface: fc.constant(switches.use_huggingface),
        deleted_rows: fc.constantFrom('mirror' as const, 'keep' as const),
        s3: fc.record({
          bucket_name: nullable(word(63)),
          region: nullable(word(32)),
          auth_endpoint: nullable(url),
          endpoint_url: nullable(url),
          store_settings: fc.record({
            path_style: nullable(fc.boolean()),
            ca_file: nullable(absolutePath),
            checksum_mode: fc.constantFrom('when-supported' as const, 'when-required' as const),
            conditional_writes: fc.boolean(),
            verify_after_put: fc.constantFrom('read-back' as const, 'trust-store' as const),
            part_size_mib: nullable(fc.integer({ min: 5, max: 1_024 })),
            parts_at_once: fc.integer({ min: 1, max: 1_000 }),
            max_connections: fc.integer({ min: 1, max: 1_000 }),
            connect_timeout_seconds: seconds,
            idle_timeout_seconds: seconds,
            call_timeout_seconds: nullable(seconds),
          }),
        }),
      }),
    ),
  publishing: fc.record({
    interval_minutes: fc.integer({ min: 1, max: 10_080 }),
    merge_small_files: fc.boolean(),
    retention_days: nullable(fc.integer({ min: 1 })),
    max_rows: nullable(fc.integer({ min: 1 })),
    max_content_bytes: nullable(fc.maxSafeNat().map((size) => Math.max(1, size))),
    max_bytes_per_second: nullable(fc.integer({ min: 1 })),
    concurrent_uploads: fc.integer({ min: 1, max: 64 }),
    metrics_file: nullable(absolutePath),
  }),
});

describe('any valid configuration', () => {
  it('reads back equal from its YAML text', async () => {
    await fc.assert(
      fc.asyncProperty(config, async (given) => {
        const loaded = await load({ yaml: stringify(given) });
        expect(loaded.config).toEqual(given);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused as soon as one unknown key is added to it', async () => {
    await fc.assert(
      fc.asyncProperty(config, word(12), async (given, name) => {
        const key = `no_such_${name}`;
        const error = await loadError({ yaml: `${stringify(given)}\n${key}: 1\n` });
        expect(error.problems.map((problem) => problem.key)).toEqual([key]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('any text whatever', () => {
  it('is read or refused, and never throws in the parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const { problems } = parseYamlLayer(text, 'any.yaml');
        for (const { origin } of problems) expect(origin).toMatchObject({ kind: 'file' });
      }),
    );
  });
});
