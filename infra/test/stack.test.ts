import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXAMPLE, REVOKED_HOTKEY, SWITCHED } from './example.ts';
import { deployed, resource, resources, synthesise } from './synthesised.ts';
import { asS3Lifecycle, json, policySchema, refOf } from './template-values.ts';

let template: Template;
let switched: Template;
beforeAll(() => {
  template = synthesise();
  switched = synthesise(SWITCHED);
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
            Condition: { StringLike: { 'aws:SourceIdentity': [REVOKED_HOTKEY] } },
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
