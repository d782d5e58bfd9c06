import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { KEEP } from './keep.ts';
import type { ResourceNames } from './resource-names.ts';
import type { Settings } from './settings.ts';

export interface CredentialServiceOptions {
  readonly settings: Settings;
  readonly names: ResourceNames;
  /** Holds `index.mjs`. */
  readonly bundleDirectory: string;
  readonly role: IRole;
  readonly table: Table;
  /** The URL that requests are signed for. */
  readonly audience: string;
}

/**
 * More than all the waits that one decision may have: a function that is cut off writes no audit line and gives no
 * refusal that says what to do. An HTTP API waits for 30.
 */
const TIMEOUT_SECONDS = 29;

/** The Lambda that decides, with its log group. */
export function credentialService(
  scope: Construct,
  { settings, names, bundleDirectory, role, table, audience }: CredentialServiceOptions,
): LambdaFunction {
  const logGroup = new LogGroup(scope, 'AuthLog', {
    logGroupName: names.logGroup,
    retention: settings.log_retention_days,
    removalPolicy: KEEP,
  });
  const { reserved_concurrency: reserved } = settings;
  return new LambdaFunction(scope, 'Auth', {
    functionName: names.function,
    description: 'Gives a hotkey short-lived credentials for its own prefix',
    code: Code.fromAsset(bundleDirectory),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_22_X,
    architecture: Architecture.ARM_64,
    memorySize: 256,
    timeout: Duration.seconds(TIMEOUT_SECONDS),
    ...(reserved !== null && { reservedConcurrentExecutions: reserved }),
    role,
    logGroup,
    environment: {
      DATA_UNIVERSE_AUDIENCE: audience,
      DATA_UNIVERSE_NETWORK: settings.network,
      DATA_UNIVERSE_NETUID: String(settings.netuid),
      DATA_UNIVERSE_BUCKET: settings.bucket,
      DATA_UNIVERSE_REGION: settings.region,
      DATA_UNIVERSE_UPLOAD_ROLE_ARN: names.uploadRoleArn,
      DATA_UNIVERSE_READ_ROLE_ARN: names.readRoleArn,
      DATA_UNIVERSE_STATE_TABLE: table.tableName,
      DATA_UNIVERSE_CHAIN_ENDPOINTS: settings.chain_endpoints.join(','),
      ...(settings.genesis_hash !== null && { DATA_UNIVERSE_GENESIS_HASH: settings.genesis_hash }),
      DATA_UNIVERSE_MIN_STAKE: String(settings.min_stake),
      DATA_UNIVERSE_STAKE_SOURCE: settings.stake_source,
      ...(settings.older_forms.length > 0 && {
        DATA_UNIVERSE_OLDER_FORMS: settings.older_forms.join(','),
      }),
      DATA_UNIVERSE_SESSION_SECONDS: String(settings.session_seconds),
      DATA_UNIVERSE_UPLOADS_PER_DAY: String(settings.uploads_per_day),
      DATA_UNIVERSE_READS_PER_DAY: String(settings.reads_per_day),
    },
  });
}
