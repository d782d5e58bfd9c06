import { Writable } from 'node:stream';
import { EMF_NAMES, EmfMetrics } from '@data-universe/auth-lambda';
import { REFUSAL_CODES } from '@data-universe/core-auth';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { resources, synthesise } from './synthesised.ts';

const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([]),
});
const alarmSchema = z.object({
  Namespace: z.string().optional(),
  Metrics: z
    .array(z.object({ MetricStat: z.object({ Metric: metricSchema }).optional() }))
    .default([]),
});
const lineSchema = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/** `Name(dimensions)` of each metric that the service writes. */
function written(): string[] {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  new EmfMetrics(stream).record({ code: 'Granted', latencyMs: 1, chainAgeSeconds: 1 });
  return lineSchema
    .parse(JSON.parse(lines.join('')))
    ._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Dimensions.flatMap((names) => Metrics.map(({ Name }) => `${Name}(${names.join()})`)),
    );
}

it('alarms watch metrics that the service writes, with the dimensions that it writes', () => {
  const alarms = [...resources(synthesise()).values()].filter(
    ({ Type }) => Type === 'AWS::CloudWatch::Alarm',
  );
  const watched = alarms
    .flatMap(({ Properties }) => {
      const alarm = alarmSchema.parse(Properties);
      const own = alarm.Namespace === undefined ? [] : [metricSchema.parse(Properties)];
      return [...own, ...alarm.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
    })
    .filter(({ Namespace }) => Namespace === EMF_NAMES.namespace);
  const names = watched.map(
    ({ MetricName, Dimensions }) => `${MetricName}(${Dimensions.map(({ Name }) => Name).join()})`,
  );
  expect(names.toSorted()).toEqual(['ChainAgeSeconds()', 'Decisions(code)']);
  for (const name of names) expect(written()).toContain(name);
  const codes = watched.flatMap(({ Dimensions }) => Dimensions.map(({ Value }) => Value));
  for (const code of codes) expect(REFUSAL_CODES).toContain(code);
});
