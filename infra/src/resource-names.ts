import type { Settings } from './settings.ts';

/** Every name that a policy mentions. They are fixed, so that policies are plain text and need no look-up. */
export interface ResourceNames {
  readonly bucketArn: string;
  readonly uploadRole: string;
  readonly uploadRoleArn: string;
  readonly readRole: string;
  readonly readRoleArn: string;
  /** Of the Lambda: the only principal that may assume the two others. */
  readonly serviceRole: string;
  readonly serviceRoleArn: string;
  readonly table: string;
  readonly tableArn: string;
  readonly function: string;
  readonly logGroup: string;
  readonly logGroupArn: string;
  /** Under this prefix API Gateway needs no further resource policy to write. */
  readonly accessLogGroup: string;
}

export function resourceNames(
  settings: Pick<Settings, 'account' | 'region' | 'bucket' | 'name_prefix'>,
): ResourceNames {
  const { account, region, bucket, name_prefix: prefix } = settings;
  const roleArn = (role: string) => `arn:aws:iam::${account}:role/${role}`;
  const names = {
    uploadRole: `${prefix}UploadRole`,
    readRole: `${prefix}ReadRole`,
    serviceRole: `${prefix}AuthRole`,
    table: `${prefix}State`,
    function: `${prefix}Auth`,
    logGroup: `/aws/lambda/${prefix}Auth`,
    accessLogGroup: `/aws/vendedlogs/apis/${prefix}Auth`,
  };
  return {
    ...names,
    bucketArn: `arn:aws:s3:::${bucket}`,
    uploadRoleArn: roleArn(names.uploadRole),
    readRoleArn: roleArn(names.readRole),
    serviceRoleArn: roleArn(names.serviceRole),
    tableArn: `arn:aws:dynamodb:${region}:${account}:table/${names.table}`,
    logGroupArn: `arn:aws:logs:${region}:${account}:log-group:${names.logGroup}`,
  };
}
