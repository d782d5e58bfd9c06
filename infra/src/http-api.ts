import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { KEEP } from './keep.ts';
import type { ResourceNames } from './resource-names.ts';
import type { Settings } from './settings.ts';

const PATH = '/auth';

/** Who, when, how long and with what outcome; never a body, which holds a signature or credentials. */
const ACCESS_LOG_LINE = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  source_address: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  integration_latency_ms: '$context.integrationLatency',
  error: '$context.error.message',
};

export interface AuthApi {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Where requests are sent, and what they are signed for. */
  readonly url: string;
  /** What the record of the own domain has to point at; undefined without one. */
  readonly domainTarget: string | undefined;
}

/** The HTTP API and its one stage: throttled, logged, at an own domain if there is one. Nothing answers there yet. */
export function authApi(scope: Construct, settings: Settings, names: ResourceNames): AuthApi {
  const domain = ownDomain(scope, settings);
  const api = new HttpApi(scope, 'Api', {
    apiName: names.function,
    createDefaultStage: false,
    // One address: requests are signed for it.
    disableExecuteApiEndpoint: domain !== undefined,
  });
  const logGroup = new LogGroup(scope, 'AccessLog', {
    logGroupName: names.accessLogGroup,
    retention: settings.log_retention_days,
    removalPolicy: KEEP,
  });
  const stage = new HttpStage(scope, 'Stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: {
      rateLimit: settings.requests_per_second,
      burstLimit: settings.request_burst,
    },
    accessLogSettings: {
      destination: new LogGroupLogDestination(logGroup),
      format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_LINE)),
    },
    ...(domain !== undefined && { domainMapping: { domainName: domain } }),
  });
  return {
    api,
    stage,
    url: `${settings.domain === null ? api.apiEndpoint : `https://${settings.domain.name}`}${PATH}`,
    domainTarget: domain?.regionalDomainName,
  };
}

/** Puts a function behind the API's one route. It comes last: the function has to know the URL. */
export function serveAuth({ api }: AuthApi, handler: IFunction): void {
  api.addRoutes({
    path: PATH,
    methods: [HttpMethod.POST],
    integration: new HttpLambdaIntegration('AuthIntegration', handler),
  });
}

function ownDomain(scope: Construct, { domain }: Settings): DomainName | undefined {
  if (domain === null) return undefined;
  return new DomainName(scope, 'Domain', {
    domainName: domain.name,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', domain.certificate_arn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
}
