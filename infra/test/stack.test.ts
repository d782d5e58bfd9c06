import { accessConfigSchema } from '@data-universe/auth-lambda';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readLambdaEnvironment } from '../../packages/auth-lambda/src/lambda/lambda-environment.ts';
import { EXAMPLE } from './example.ts';
import { deployed, resource, resources, synthesise } from './synthesised.ts';
import { asS3Lifecycle, json, policySchema, refOf } from './template-values.ts';

const HOTKEY = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';

let template: Template;
/** Everything that is off by default switched on, and the other way round. */
let switched: Template;
beforeAll(() => {
  template = synthesise();
  switched = synthesise({
    bucket_encryption: 'kms',
    expire_objects_after_days: 400,
    revoked_hotkeys: [HOTKEY],
    revoke_sessions_before: '2026-01-02T03:04:05Z',
    reserved_concurrency: 40,
    network: 'private',
    genesis_hash: `0x${'ab'.repeat(32)}`,
    min_stake: 5,
    stake_source: 'alpha',
    older_forms: ['first-upload', 'first-read'],
    domain: {
      name: 'auth.example.com',
      certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc-123',
    },
    log_retention_days: 400,
    alarm_email: null,
    monthly_budget_usd: null,
  });
}, 60_000);

describe('the bucket', () => {
  const bucket = () => resource(template, 'AWS::S3::Bucket').Properties;

  it('is versioned, encrypted, private and without ACLs', () => {
    expect(bucket()).toMatchObject({
      BucketName: EXAMPLE.bucket,
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  it('forgets abandoned uploads and old versions, and no object unless it is told to', async () => {
    expect(JSON.stringify(bucket().LifecycleConfiguration)).not.toContain('ExpirationInDays');
    await expect(json(asS3Lifecycle(bucket().LifecycleConfiguration))).toMatchFileSnapshot(
      '../policies/lifecycle.json',
    );
    const expiring = resource(switched, 'AWS::S3::Bucket').Properties;
    expect(expiring.LifecycleConfiguration).toMatchObject({
      Rules: expect.arrayContaining([
        {
          Id: 'ExpireOldObjects',
          Status: 'Enabled',
          Prefix: 'data/',
          ExpirationInDays: 400,
        },
      ]),
    });
  });

  it('takes nothing but TLS, creations by If-None-Match, and the five actions of a publisher', async () => {
    const { PolicyDocument: policy } = resource(template, 'AWS::S3::BucketPolicy').Properties;
    await expect(json(deployed(template, policy))).toMatchFileSnapshot(
      '../policies/bucket-policy.json',
    );
    const statements = policySchema.parse(policy).Statement;
    expect(statements.map(({ Effect, Sid }) => [Effect, Sid])).toEqual([
      ['Deny', 'TlsOnly'],
      ['Deny', 'CreateOnly'],
      ['Deny', 'NothingButUploadsAndReads'],
    ]);
  });

  it('refuses revoked hotkeys and sessions', () => {
    switched.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Principal: '*',
            Action: ['s3:*'],
            Condition: { StringLike: { 'aws:SourceIdentity': [HOTKEY] } },
          }),
          Match.objectLike({
            Effect: 'Deny',
            Principal: '*',
            Action: ['s3:*'],
            Condition: {
              StringLike: { 'aws:SourceIdentity': ['5*'] },
              DateLessThan: { 'aws:TokenIssueTime': '2026-01-02T03:04:05Z' },
            },
          }),
        ]),
      },
    });
  });

  it('is encrypted with a key of its own that the two roles use through it alone', () => {
    switched.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
          },
        ],
      },
    });
    const key = resource(switched, 'AWS::KMS::Key');
    expect(key.Properties.EnableKeyRotation).toBe(true);
    const grants = policySchema
      .parse(key.Properties.KeyPolicy)
      .Statement.filter(({ Sid }) => Sid !== undefined);
    expect(grants.map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['Uploaders', ['kms:GenerateDataKey', 'kms:Decrypt']],
      ['Readers', 'kms:Decrypt'],
    ]);
    for (const { Condition } of grants)
      expect(Condition).toMatchObject({
        ArnEquals: { 'aws:PrincipalArn': expect.stringMatching(/:role\/DataUniverse\w+Role$/) },
        StringEquals: {
          'kms:ViaService': 's3.us-east-1.amazonaws.com',
          'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${EXAMPLE.bucket}`,
        },
      });
  });
});

describe('the roles', () => {
  const role = (name: string) =>
    resource(template, 'AWS::IAM::Role', { RoleName: name }).Properties;
  const onlyPolicy = (name: string) => {
    const [policy, ...more] = z
      .array(z.object({ PolicyDocument: z.unknown() }))
      .parse(role(name).Policies);
    expect(more).toEqual([]);
    return deployed(template, policy?.PolicyDocument);
  };

  it('are three, with no managed policy and nothing attached from outside', () => {
    template.resourceCountIs('AWS::IAM::Role', 3);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    expect(JSON.stringify(template.toJSON())).not.toContain('ManagedPolicyArns');
  });

  it.each(['DataUniverseUploadRole', 'DataUniverseReadRole'])(
    '%s trusts the role of the Lambda alone, for a named hotkey, for an hour at most',
    async (name) => {
      const { AssumeRolePolicyDocument, MaxSessionDuration } = role(name);
      expect(MaxSessionDuration).toBe(3600);
      await expect(json(deployed(template, AssumeRolePolicyDocument))).toMatchFileSnapshot(
        '../policies/handed-out-role-trust.json',
      );
      const [statement, ...more] = policySchema.parse(AssumeRolePolicyDocument).Statement;
      expect(more).toEqual([]);
      expect(deployed(template, statement)).toMatchObject({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:role/DataUniverseAuthRole' },
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      });
    },
  );

  it('the role of the Lambda trusts Lambda alone', async () => {
    const trust = deployed(template, role('DataUniverseAuthRole').AssumeRolePolicyDocument);
    await expect(json(trust)).toMatchFileSnapshot('../policies/auth-role-trust.json');
    expect(policySchema.parse(trust).Statement).toMatchObject([
      { Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
  });

  it('may do no more than their policies under infra/policies', async () => {
    const files = {
      DataUniverseUploadRole: 'upload-role',
      DataUniverseReadRole: 'read-role',
      DataUniverseAuthRole: 'auth-role',
    };
    for (const [name, file] of Object.entries(files))
      await expect(json(onlyPolicy(name))).toMatchFileSnapshot(`../policies/${file}.json`);
  });

  it('name actions one by one, and resources without a wildcard but data/* and the streams of one log', () => {
    for (const name of ['DataUniverseUploadRole', 'DataUniverseReadRole', 'DataUniverseAuthRole'])
      for (const { Action, Resource } of policySchema.parse(onlyPolicy(name)).Statement) {
        expect([Action].flat().join()).not.toContain('*');
        for (const arn of [Resource ?? []].flat())
          if (arn.includes('*'))
            expect([
              `arn:aws:s3:::${EXAMPLE.bucket}/data/*`,
              'arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/DataUniverseAuth:*',
            ]).toContain(arn);
      }
  });
});

describe('the credential service', () => {
  const environment = (of: Template) =>
    z
      .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
      .parse(resource(of, 'AWS::Lambda::Function').Properties).Environment.Variables;

  it('runs the bundle on Node 22 and arm64, within bounds', () => {
    const { Properties } = resource(template, 'AWS::Lambda::Function');
    expect(Properties).toMatchObject({
      Runtime: 'nodejs22.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 29,
    });
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    switched.hasResourceProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: 40,
    });
  });

  it('may take as long as every wait of one decision, and an HTTP API waits longer', () => {
    const { state_timeout_ms, registry_timeout_ms, issuer_timeout_ms } = accessConfigSchema.parse({
      audience: 'https://auth.example.com/auth',
      network: 'finney',
      netuid: 13,
      bucket: EXAMPLE.bucket,
      region: 'us-east-1',
    });
    // The pause, the nonce, the deny list, the quota and the audit line.
    const longest = 5 * state_timeout_ms + registry_timeout_ms + issuer_timeout_ms;
    const { Timeout } = z
      .object({ Timeout: z.int() })
      .parse(resource(template, 'AWS::Lambda::Function').Properties);
    expect(Timeout * 1000).toBeGreaterThan(longest);
    expect(Timeout).toBeLessThan(30);
  });

  it('is told all it needs by its environment', () => {
    const { DATA_UNIVERSE_AUDIENCE, DATA_UNIVERSE_STATE_TABLE, ...plain } = environment(template);
    expect(plain).toEqual({
      DATA_UNIVERSE_NETWORK: 'finney',
      DATA_UNIVERSE_NETUID: '13',
      DATA_UNIVERSE_BUCKET: EXAMPLE.bucket,
      DATA_UNIVERSE_REGION: 'us-east-1',
      DATA_UNIVERSE_UPLOAD_ROLE_ARN: 'arn:aws:iam::123456789012:role/DataUniverseUploadRole',
      DATA_UNIVERSE_READ_ROLE_ARN: 'arn:aws:iam::123456789012:role/DataUniverseReadRole',
      DATA_UNIVERSE_CHAIN_ENDPOINTS: 'https://node-a.example.com,https://node-b.example.com',
      DATA_UNIVERSE_MIN_STAKE: '0',
      DATA_UNIVERSE_STAKE_SOURCE: 'weighed',
      DATA_UNIVERSE_SESSION_SECONDS: '900',
      DATA_UNIVERSE_UPLOADS_PER_DAY: '2000',
      DATA_UNIVERSE_READS_PER_DAY: '20000',
    });
    expect(resources(template).get(refOf(DATA_UNIVERSE_STATE_TABLE))?.Type).toBe(
      'AWS::DynamoDB::Table',
    );
    expect(JSON.stringify(DATA_UNIVERSE_AUDIENCE)).toMatch(/ApiEndpoint.*\/auth/);
  });

  it('is told of another chain, of a stake, and of the older forms it serves', () => {
    expect(environment(switched)).toMatchObject({
      DATA_UNIVERSE_NETWORK: 'private',
      DATA_UNIVERSE_GENESIS_HASH: `0x${'ab'.repeat(32)}`,
      DATA_UNIVERSE_MIN_STAKE: '5',
      DATA_UNIVERSE_STAKE_SOURCE: 'alpha',
      DATA_UNIVERSE_OLDER_FORMS: 'first-upload,first-read',
    });
  });

  it.each([['as usual'], ['with everything switched']])('%s reads that environment', (which) => {
    const variables = environment(which === 'as usual' ? template : switched);
    // What a deployment fills in stands in the template as a reference.
    const filled = Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'https://auth.example.com/auth',
    ]);
    expect(() => readLambdaEnvironment(Object.fromEntries(filled))).not.toThrow();
  });

  it('keeps its state in a table with TTL, recovery and encryption that nobody deletes by accident', () => {
    expect(resource(template, 'AWS::DynamoDB::Table').Properties).toMatchObject({
      TableName: 'DataUniverseState',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it('is reached by POST /auth alone, throttled, and logged without bodies', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
    expect(resource(template, 'AWS::ApiGatewayV2::Route').Properties.RouteKey).toBe('POST /auth');
    const stage = resource(template, 'AWS::ApiGatewayV2::Stage').Properties;
    expect(stage.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
    });
    const { Format } = z.object({ Format: z.string() }).parse(stage.AccessLogSettings);
    const logged = z.record(z.string(), z.string()).parse(JSON.parse(Format));
    expect(Object.values(logged).filter((value) => /body|authorizer|header/i.test(value))).toEqual(
      [],
    );
  });

  it('may be invoked by that API alone', () => {
    template.resourceCountIs('AWS::Lambda::Permission', 1);
    template.resourceCountIs('AWS::Lambda::Url', 0);
    const { Properties } = resource(template, 'AWS::Lambda::Permission');
    expect(Properties.Principal).toBe('apigateway.amazonaws.com');
    expect(JSON.stringify(Properties.SourceArn)).toMatch(/execute-api.*\/\*\/\*\/auth/);
  });

  it('answers at an own domain, and then at no other', () => {
    switched.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    switched.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'auth.example.com',
      DomainNameConfigurations: [Match.objectLike({ SecurityPolicy: 'TLS_1_2' })],
    });
    expect(environment(switched).DATA_UNIVERSE_AUDIENCE).toBe('https://auth.example.com/auth');
  });
});

describe('what an operator relies on', () => {
  it('data, state and logs outlive the stack, but not a failed first deployment', () => {
    const kept = [...resources(template).values()]
      .filter(({ DeletionPolicy }) => DeletionPolicy === 'RetainExceptOnCreate')
      .map(({ Type }) => Type);
    expect(kept.sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::Logs::LogGroup',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
    ]);
  });

  it('both logs are kept as long as the settings say', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
    switched.allResourcesProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 400,
    });
  });

  it('every alarm tells the topic, and the topic one address', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.map(({ Properties }) => Properties.AlarmName).sort()).toEqual([
      'DataUniverse-ChainUnavailable',
      'DataUniverse-ClientErrors',
      'DataUniverse-FunctionErrors',
      'DataUniverse-FunctionThrottles',
      'DataUniverse-ServerErrors',
      'DataUniverse-SlowDecisions',
      'DataUniverse-StaleChain',
      'DataUniverse-StateThrottles',
    ]);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toHaveLength(1);
      expect(resources(template).get(refOf(Properties.AlarmActions[0]))?.Type).toBe(
        'AWS::SNS::Topic',
      );
      expect(Properties.AlarmDescription).toMatch(/\w{3}/);
    }
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: EXAMPLE.alarm_email,
    });
    switched.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  it('the chain alarms read the metrics that the service writes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'DataUniverse-ChainUnavailable',
      Metrics: Match.arrayWith([
        Match.objectLike({
          MetricStat: {
            Metric: {
              Namespace: 'DataUniverse/Auth',
              MetricName: 'Decisions',
              Dimensions: [{ Name: 'code', Value: 'ChainUnavailable' }],
            },
          },
        }),
      ]),
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'DataUniverse-StaleChain',
      Namespace: 'DataUniverse/Auth',
      MetricName: 'ChainAgeSeconds',
      Threshold: 360,
    });
  });

  it('alarms and budgets of this account may publish to the topic, over TLS', () => {
    const { PolicyDocument } = resource(template, 'AWS::SNS::TopicPolicy').Properties;
    expect(policySchema.parse(PolicyDocument).Statement).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Principal: { Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] },
        Action: 'sns:Publish',
        Condition: { StringEquals: { 'aws:SourceAccount': EXAMPLE.account } },
      },
    ]);
  });

  it('a budget says so before a month costs more than the limit, unless there is none', () => {
    template.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: 50, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
    });
    switched.resourceCountIs('AWS::Budgets::Budget', 0);
  });
});
