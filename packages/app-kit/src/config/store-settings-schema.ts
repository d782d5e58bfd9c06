import { z } from 'zod';
import { groups, PATH_EXPECTED, path, settings } from './rules.ts';

const SECONDS_EXPECTED = 'a whole number of seconds from 1 to 86400';
const seconds = z.int().min(1).max(86_400);
const count = z.int().min(1).max(1_000);

/** How to deal with a store other than Amazon's, or over an unusual network. */
export const storeSettingsSchema = z
  .strictObject({
    path_style: z.boolean().nullable().default(null).register(settings, {
      description:
        'Address the bucket as `endpoint/bucket` instead of `bucket.endpoint`. `null`: where the store has an endpoint of its own.',
      expected: 'true, false or null',
    }),
    ca_file: path
      .nullable()
      .default(null)
      .register(settings, {
        description:
          'PEM file of the certificates to trust in place of the public authorities, for a store behind a private one.',
        expected: `${PATH_EXPECTED} or null`,
      }),
    checksum_mode: z
      .enum(['when-supported', 'when-required'])
      .default('when-supported')
      .register(settings, {
        description:
          '`when-required` sends no checksum headers, for stores that refuse them (Backblaze B2). Bodies are signed either way.',
        expected: 'when-supported or when-required',
      }),
    conditional_writes: z.boolean().default(true).register(settings, {
      description:
        '`false` looks for a key instead of sending `If-None-Match`, for stores that refuse it (Backblaze B2, DigitalOcean Spaces).',
      expected: 'true or false',
    }),
    verify_after_put: z
      .enum(['read-back-unless-confirmed', 'read-back', 'trust-store'])
      .default('read-back-unless-confirmed')
      .register(settings, {
        description:
          'What proves an upload: the checksum that the store names or else the object read again, always the latter, or its success alone.',
        expected: 'read-back-unless-confirmed, read-back or trust-store',
      }),
    part_size_mib: z.int().min(5).max(1_024).nullable().default(null).register(settings, {
      description:
        'Files of so many MiB and more go up in parts of that size. `null`: parts of 8, for files from 16.',
      expected: 'a whole number from 5 to 1024, or null',
    }),
    parts_at_once: count.default(4).register(settings, {
      description: 'Parts that are sent at the same time, each held in memory.',
      expected: 'a whole number from 1 to 1000',
    }),
    max_connections: count.default(50).register(settings, {
      description: 'Connections to the store at the same time.',
      expected: 'a whole number from 1 to 1000',
    }),
    connect_timeout_seconds: seconds.default(10).register(settings, {
      description: 'For a new connection, TLS included.',
      expected: SECONDS_EXPECTED,
    }),
    idle_timeout_seconds: seconds.default(30).register(settings, {
      description: 'Without a byte in either direction before a request is given up and repeated.',
      expected: SECONDS_EXPECTED,
    }),
    call_timeout_seconds: seconds
      .nullable()
      .default(null)
      .register(settings, {
        description:
          'For one upload or one read, its repeats included. `null`: 15 minutes, and a second more for every 64 KiB.',
        expected: `${SECONDS_EXPECTED}, or null`,
      }),
  })
  .register(groups, { expected: 'a mapping of settings, such as "checksum_mode: when-required"' });
