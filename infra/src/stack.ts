import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { alarmTopic } from './alarm-topic.ts';
import { alarms } from './alarms.ts';
import { datasetBucket } from './bucket.ts';
import { budget } from './budget.ts';
import { requireBundle } from './bundle.ts';
import { credentialService } from './credential-service.ts';
import { authApi, serveAuth } from './http-api.ts';
import { resourceNames } from './resource-names.ts';
import { roles } from './roles.ts';
import { type SettingsInput, settingsSchema } from './settings.ts';
import { stateTable } from './state-table.ts';

export interface StorageStackProps {
  readonly settings: SettingsInput;
  /** Holds the Lambda's `index.mjs`. */
  readonly bundleDirectory: string;
}

/** Everything of Data Universe Storage that lives in an AWS account. */
export class StorageStack extends Stack {
  /** Throws ZodError where a setting is wrong, BundleMissingError where there is nothing to deploy. */
  constructor(scope: Construct, id: string, props: StorageStackProps) {
    const settings = settingsSchema.parse(props.settings);
    const bundleDirectory = requireBundle(props.bundleDirectory);
    super(scope, id, {
      description: 'Data Universe Storage: bucket, roles and credential service',
      env: { account: settings.account, region: settings.region },
      terminationProtection: true,
    });
    const names = resourceNames(settings);
    datasetBucket(this, settings, names);
    const role = roles(this, names);
    const table = stateTable(this, names);
    const auth = authApi(this, settings, names);
    const handler = credentialService(this, {
      settings,
      names,
      bundleDirectory,
      role,
      table,
      audience: auth.url,
    });
    serveAuth(auth, handler);
    const topic = alarmTopic(this, settings);
    alarms(this, { settings, auth, handler, table, topic });
    budget(this, settings, topic);

    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output('AuthEndpoint', auth.url);
    output('BucketName', settings.bucket);
    output('StateTable', names.table);
    if (auth.domainTarget !== undefined) output('DomainTarget', auth.domainTarget);
  }
}
