import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import type { SettingsInput } from '../src/settings.ts';
import { StorageStack } from '../src/stack.ts';
import { EXAMPLE } from './example.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
export type Resource = z.output<typeof resourceSchema>;

/** Synthesises the stack with a placeholder for the bundle, in temporary folders. */
export function synthesise(settings: Partial<SettingsInput> = {}): Template {
  const folder = mkdtempSync(join(tmpdir(), 'infra-'));
  try {
    const bundleDirectory = join(folder, 'bundle');
    mkdirSync(bundleDirectory);
    writeFileSync(join(bundleDirectory, 'index.mjs'), 'export const handler = () => {};\n');
    const app = new App({ analyticsReporting: false, outdir: join(folder, 'cdk.out') });
    const stack = new StorageStack(app, 'Storage', {
      settings: { ...EXAMPLE, ...settings },
      bundleDirectory,
    });
    return Template.fromStack(stack);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function resources(template: Template): ReadonlyMap<string, Resource> {
  const parsed = z.record(z.string(), resourceSchema).parse(template.toJSON().Resources);
  return new Map(Object.entries(parsed));
}

/** The only resource of a type whose properties hold these. */
export function resource(template: Template, type: string, holds: object = {}): Resource {
  const found = Object.keys(template.findResources(type, { Properties: holds }));
  const [id] = found;
  const one = id === undefined ? undefined : resources(template).get(id);
  if (found.length !== 1 || one === undefined)
    throw new Error(`${found.length} resources of type ${type} hold ${JSON.stringify(holds)}`);
  return one;
}

/**
 * A value of the template as CloudFormation would deploy it: references to roles and tables become ARNs. Throws where
 * it does not know one.
 */
export function deployed(template: Template, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => deployed(template, item));
  if (typeof value !== 'object' || value === null) return value;
  const reference = z
    .strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
    .safeParse(value);
  if (reference.success) {
    const [id, attribute] = reference.data['Fn::GetAtt'];
    const { Type, Properties } = resourceSchema.parse(resources(template).get(id));
    if (Type === 'AWS::IAM::Role' && attribute === 'Arn')
      return `arn:aws:iam::${EXAMPLE.account}:role/${String(Properties.RoleName)}`;
  }
  if (Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::')))
    throw new Error(`unknown reference ${JSON.stringify(value)}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, deployed(template, item)]),
  );
}
