/** What invokes the function, for the body of an HTTP request; shapes as AWS documents them. */
export const HTTP_EVENTS = {
  'API Gateway, payload format 1.0': (body: string) => ({
    version: '1.0',
    resource: '/auth',
    path: '/auth',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '198.51.100.9' },
    multiValueHeaders: { 'Content-Type': ['application/json'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'id',
      httpMethod: 'POST',
      identity: { sourceIp: '203.0.113.1', userAgent: 'agent' },
      path: '/auth',
      requestId: 'id=',
      stage: '$default',
    },
    body,
    isBase64Encoded: false,
  }),
  'API Gateway, payload format 2.0': (body: string) => ({
    version: '2.0',
    routeKey: 'POST /auth',
    rawPath: '/auth',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.9' },
    requestContext: httpContext('id.execute-api.us-east-1.amazonaws.com', '203.0.113.2'),
    body,
    isBase64Encoded: false,
  }),
  "the function's URL, in base64": (body: string) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/auth',
    rawQueryString: '',
    headers: { 'content-type': 'application/octet-stream', 'x-forwarded-for': '198.51.100.9' },
    requestContext: httpContext('id.lambda-url.us-east-1.on.aws', '203.0.113.3'),
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }),
} as const satisfies Record<string, (body: string) => object>;

function httpContext(domainName: string, sourceIp: string) {
  return {
    accountId: '123456789012',
    apiId: 'id',
    domainName,
    domainPrefix: 'id',
    http: { method: 'POST', path: '/auth', protocol: 'HTTP/1.1', sourceIp, userAgent: 'agent' },
    requestId: 'id=',
    routeKey: '$default',
    stage: '$default',
    time: '12/Mar/2027:19:03:58 +0000',
    timeEpoch: 1_804_878_238_390,
  };
}
