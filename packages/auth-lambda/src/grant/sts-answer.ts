import { z } from 'zod';
import type { IssuedCredentials } from './credential-issuer.ts';

const credentialsSchema = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: z.iso.datetime().transform((text) => new Date(text)),
});

/** None of these values needs an entity or CDATA, so an element is its name around plain characters. */
const ELEMENT = /<(\w+)>([\w+/=.:-]+)<\/\1>/g;

/**
 * The credentials in the XML that answers AssumeRole, or undefined where they are not there once and whole. Stores
 * differ in order, white space and name space, not in these names.
 */
export function credentialsIn(xml: string): IssuedCredentials | undefined {
  const [before, block, ...more] = xml.split(/<\/?Credentials>/);
  if (before === undefined || block === undefined || more.length !== 1) return undefined;
  const values = Array.from(block.matchAll(ELEMENT), ([, name, value]) => [name, value] as const);
  const read = credentialsSchema.safeParse(Object.fromEntries(values));
  // A name that is there twice could be read in two ways.
  if (!read.success || new Set(values.map(([name]) => name)).size !== values.length)
    return undefined;
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = read.data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}

/** The code of an error's XML, such as `AccessDenied`, where it has one. */
export function errorCodeIn(xml: string): string | undefined {
  return /<Code>([\w.:-]{1,64})<\/Code>/.exec(xml)?.[1];
}
