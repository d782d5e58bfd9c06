import { z } from 'zod';
import { groups, PATH_EXPECTED, path, settings } from './rules.ts';

/** A whole number of at least 1, or no limit. */
const limit = z.int().min(1).nullable().default(null);
const LIMIT_EXPECTED = 'a whole number of at least 1, or null';
const MINUTES_OF_WEEK = 10_080;

/** How often, how much and how fast the miner publishes, wherever to. */
export const publishingSchema = z
  .strictObject({
    interval_minutes: z
      .int()
      .min(1)
      .max(MINUTES_OF_WEEK)
      .default(60)
      .register(settings, {
        description:
          'With `run`: how long from the beginning of one cycle to that of the next; a tenth more or less, so that miners do not all come at once.',
        expected: `a whole number of minutes from 1 to ${MINUTES_OF_WEEK}`,
      }),
    merge_small_files: z.boolean().default(true).register(settings, {
      description:
        'Merge small files of hours more than a day old. It reads them back from the store and sends them anew, a handful of times in the life of a row.',
      expected: 'true or false',
    }),
    retention_days: limit.register(settings, {
      description:
        'Publish the last so many days (UTC) and take older ones out of the dataset; their objects are named in the report, for the owner of the store to delete. `null`: all.',
      expected: LIMIT_EXPECTED,
    }),
    max_rows: limit.register(settings, {
      description:
        'Publish at most so many rows of a source: the newest, by whole hours, and always the newest hour. `null`: all.',
      expected: LIMIT_EXPECTED,
    }),
    max_content_bytes: limit.register(settings, {
      description:
        'Publish at most so many bytes of content of a source, likewise, before compression. `null`: all.',
      expected: LIMIT_EXPECTED,
    }),
    max_bytes_per_second: limit.register(settings, {
      description: 'Bytes a second that uploads may take, all together. `null`: no limit.',
      expected: LIMIT_EXPECTED,
    }),
    concurrent_uploads: z.int().min(1).max(64).default(4).register(settings, {
      description: 'How many objects are sent at once.',
      expected: 'a whole number from 1 to 64',
    }),
    metrics_file: path
      .nullable()
      .default(null)
      .register(settings, {
        description:
          "File to write metrics into, as Prometheus' text format, while `upload` or `run` is at work: for the textfile collector of node_exporter its name ends in `.prom`. `null`: none.",
        expected: `${PATH_EXPECTED}, or null`,
      }),
  })
  .register(groups, {
    expected:
      'a mapping with interval_minutes, merge_small_files, retention_days, max_rows, max_content_bytes, max_bytes_per_second, concurrent_uploads and metrics_file',
  });
