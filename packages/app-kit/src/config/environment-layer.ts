import { z } from 'zod';
import type { ConfigProblem, Origin } from './config-error.ts';
import { describeValue } from './describe-value.ts';
import { type KeyPath, SETTINGS } from './setting-tree.ts';
import type { Layer } from './yaml-layer.ts';

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

export interface EnvironmentLayer extends Layer {
  readonly problems: readonly ConfigProblem[];
}

/** The settings that environment variables override; a variable that is set but empty counts as not set. */
export function readEnvironmentLayer(
  env: Readonly<Record<string, string | undefined>>,
): EnvironmentLayer {
  const problems: ConfigProblem[] = [];
  const origins = new Map<string, Origin>();
  const value: Record<string, unknown> = {};
  for (const { path, meta, schema } of SETTINGS) {
    const variable = meta.variables?.find((name) => (env[name] ?? '') !== '');
    if (variable === undefined) continue;
    const text = env[variable] ?? '';
    const key = path.join('.');
    const origin: Origin = { kind: 'environment', variable };
    const parsed = isBoolean(schema) ? BOOLEANS.get(text.trim().toLowerCase()) : text;
    if (parsed === undefined) {
      const message = `expected true or false (or 1, 0, yes, no), found ${describeValue(text)}`;
      problems.push({ key, origin, message });
      continue;
    }
    origins.set(key, origin);
    setAt(value, path, parsed);
  }
  const originOf = (path: KeyPath): Origin => origins.get(path.join('.')) ?? { kind: 'default' };
  return { value, problems, originOf };
}

function isBoolean(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodBoolean;
}

function setAt(root: Record<string, unknown>, path: KeyPath, value: unknown): void {
  let group = root;
  for (const key of path.slice(0, -1)) {
    const next = group[key];
    const child = typeof next === 'object' && next !== null ? next : {};
    group[key] = child;
    group = child as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) group[last] = value;
}
