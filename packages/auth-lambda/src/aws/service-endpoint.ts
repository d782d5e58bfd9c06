import { isLoopbackHost } from '@data-universe/core-auth/loopback-host';
import { z } from 'zod';

/** The services that this one speaks to. */
type AwsServiceName = 'dynamodb' | 's3' | 'sts';

/** It becomes part of a host's name. */
export const regionSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a name such as us-east-1');

/** Where a service is reached: https, or http on this machine; nothing after the host and port. */
export const serviceEndpointSchema = z.string().superRefine((text, context) => {
  const message = problemOf(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** AWS' own endpoint of a service. */
export function awsEndpoint(service: AwsServiceName, region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${service}.${region}.${domain}`;
}

function problemOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return 'not an https URL';
  if (url.username !== '' || url.password !== '') return 'it must have no user name or password';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return 'it must end with the host and port';
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    return 'https is needed: http is for this machine alone';
  return undefined;
}
