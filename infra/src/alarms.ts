import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AuthApi } from './http-api.ts';
import type { Settings } from './settings.ts';

const PERIOD = Duration.minutes(5);
/** Below this many requests a period a share of them says nothing. */
const LEAST_REQUESTS = 20;
/** The service's own metrics, written in embedded metric format. */
const NAMESPACE = 'DataUniverse/Auth';

export interface Watched {
  readonly settings: Settings;
  readonly auth: AuthApi;
  readonly handler: LambdaFunction;
  readonly table: Table;
  readonly topic: ITopic;
}

interface AlarmSpec {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods in a row; 1 where a single one is too many already. */
  readonly periods: number;
}

/** Each alarm says what it means and where to look. */
export function alarms(scope: Construct, watched: Watched): void {
  const { settings, topic } = watched;
  const action = new SnsAction(topic);
  for (const { id, description, metric, threshold, periods } of alarmSpecs(watched)) {
    const alarm = new Alarm(scope, `Alarm${id}`, {
      alarmName: `${settings.name_prefix}-${id}`,
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function alarmSpecs({ settings, auth, handler, table }: Watched): readonly AlarmSpec[] {
  const total = { period: PERIOD, statistic: Stats.SUM };
  const requests = auth.stage.metricCount(total);
  const unavailable = new Metric({
    namespace: NAMESPACE,
    metricName: 'Decisions',
    dimensionsMap: { code: 'ChainUnavailable' },
    ...total,
  });
  const shareOf = (metric: IMetric) =>
    new MathExpression({
      expression: `IF(requests >= ${LEAST_REQUESTS}, 100 * FILL(part, 0) / requests, 0)`,
      usingMetrics: { part: metric, requests },
      period: PERIOD,
    });
  return [
    {
      id: 'ServerErrors',
      description: 'Over 5% of requests get a 5xx. Read the function log for "fault".',
      metric: shareOf(auth.stage.metricServerError(total)),
      threshold: 5,
      periods: 2,
    },
    {
      id: 'ClientErrors',
      description:
        'Over half of the requests are refused: an attack, or a client gone wrong. Look at Decisions by code.',
      metric: shareOf(auth.stage.metricClientError(total)),
      threshold: 50,
      periods: 6,
    },
    {
      id: 'FunctionErrors',
      description: 'The function crashed or timed out; it never throws by itself. Read its log.',
      metric: handler.metricErrors(total),
      threshold: 0,
      periods: 1,
    },
    {
      id: 'FunctionThrottles',
      description: 'Lambda had no room for a request: raise the concurrency or the quota.',
      metric: handler.metricThrottles(total),
      threshold: 0,
      periods: 1,
    },
    {
      id: 'SlowDecisions',
      description: 'One decision in a hundred takes over 5 s: the chain or STS is slow.',
      metric: auth.stage.metricLatency({ period: PERIOD, statistic: Stats.p(99) }),
      threshold: 5_000,
      periods: 3,
    },
    {
      id: 'ChainUnavailable',
      description:
        'Over 10% of requests are refused because no chain endpoint answers. Add or replace chain_endpoints.',
      metric: shareOf(unavailable),
      threshold: 10,
      periods: 2,
    },
    {
      id: 'StaleChain',
      description: 'The newest finalised block the service saw is old: its endpoints lag.',
      metric: new Metric({
        namespace: NAMESPACE,
        metricName: 'ChainAgeSeconds',
        period: PERIOD,
        statistic: Stats.MAXIMUM,
      }),
      threshold: settings.max_chain_age_seconds,
      periods: 2,
    },
    {
      id: 'StateThrottles',
      description: 'DynamoDB turned the service away; requests are refused meanwhile.',
      metric: new MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: {
          reads: table.metric('ReadThrottleEvents', total),
          writes: table.metric('WriteThrottleEvents', total),
        },
        period: PERIOD,
      }),
      threshold: 0,
      periods: 1,
    },
  ];
}
