import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../src/settings.ts';
import { EXAMPLE } from './example.ts';

const root = join(import.meta.dirname, '../..');
const document = (path: string) => readFileSync(join(root, path), 'utf8');
const unique = (found: Iterable<string>) => [...new Set(found)].sort();

describe('the documents', () => {
  it('README.md describes every setting with its default', () => {
    const rows = document('infra/README.md').matchAll(/^\| (`[a-z_`, ]+) +\| (.*?) +\|/gm);
    const described = [...rows].flatMap(([, keys = '']) => keys.match(/[a-z_]+/g) ?? []);
    expect(described.sort()).toEqual(Object.keys(settingsSchema.shape).sort());
    const defaults = settingsSchema.parse(EXAMPLE);
    for (const key of ['session_seconds', 'uploads_per_day', 'log_retention_days'] as const)
      expect(document('infra/README.md')).toMatch(
        new RegExp(`\`${key}\` +\\| ${defaults[key].toLocaleString('en-US')} `),
      );
  });

  it('deploy-aws.md uses each file of infra/policies, and no other', () => {
    const used = document('docs/deploy-aws.md').matchAll(/\bfile:\/\/([a-z-]+\.json)/g);
    const given = readdirSync(join(root, 'infra/policies'));
    expect(unique([...used].map(([, name = '']) => name))).toEqual(
      unique([...given, 'environment.json', 'revoked.json']),
    );
  });

  it('deploy-aws.md gives the function the environment that the stack gives it', () => {
    const inStack = document('infra/src/credential-service.ts').match(/DATA_UNIVERSE_\w+/g) ?? [];
    const inDocument = document('docs/deploy-aws.md').match(/DATA_UNIVERSE_\w+/g) ?? [];
    expect(unique(inDocument)).toEqual(unique(inStack));
  });
});
