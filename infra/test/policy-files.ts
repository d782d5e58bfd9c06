import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type PolicyDocument, policyDocument } from '../src/policy-document.ts';

const documentSchema = z.looseObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(z.looseObject({ Sid: z.string().optional() })),
});

/** A file of infra/policies, which `stack.test.ts` holds equal to the stack's. */
export function policyFile(name: string): z.output<typeof documentSchema> {
  const path = join(import.meta.dirname, '../policies', `${name}.json`);
  return documentSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** Local stores speak plain HTTP: to them this statement refuses everything. */
export function withoutTlsOnly(policy: PolicyDocument): PolicyDocument {
  return policyDocument(...policy.Statement.filter(({ Sid }) => Sid !== 'TlsOnly'));
}
