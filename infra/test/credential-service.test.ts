import { accessConfigSchema } from '@data-universe/auth-lambda';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readLambdaEnvironment } from '../../packages/auth-lambda/src/lambda/lambda-environment.ts';
import { EXAMPLE, SWITCHED } from './example.ts';
import { resource, resources, synthesise } from './synthesised.ts';
import { refOf } from './template-values.ts';

let template: Template;
let switched: Template;
beforeAll(() => {
  template = synthesise();
  switched = synthesise(SWITCHED);
}, 60_000);

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
