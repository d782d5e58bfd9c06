import type { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';
import { describeValue } from './describe-value.ts';
import { nearest } from './nearest.ts';
import { layerSchema } from './schema.ts';
import { expectedAt, type KeyPath, keysAt, SETTINGS, valueAt } from './setting-tree.ts';
import type { Layer } from './yaml-layer.ts';

/** Everything that is wrong with one layer by itself, in the order in which a file has it. */
export function checkLayer(layer: Layer): ConfigProblem[] {
  const result = layerSchema.safeParse(layer.value);
  if (result.success) return [];
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, layer));
  return problems.sort((left, right) => lineOf(left) - lineOf(right));
}

function lineOf({ origin }: ConfigProblem): number {
  return origin.kind === 'file' ? origin.line : 0;
}

function problemsOf(issue: z.core.$ZodIssue, layer: Layer): ConfigProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      key: [...path, name].join('.'),
      origin: layer.originOf([...path, name]),
      message: unknownKey(path, name),
    }));
  }
  const found = valueAt(layer.value, path);
  return [
    {
      key: path.join('.'),
      origin: layer.originOf(path),
      message: `expected ${expectedAt(path)}, found ${describeValue(found)}${meant(issue, found)}`,
    },
  ];
}

function unknownKey(group: KeyPath, name: string): string {
  const known = keysAt(group);
  const similar = nearest(name, known);
  if (similar !== undefined) return `unknown key: did you mean ${similar}?`;
  const elsewhere = SETTINGS.find(({ path }) => path.at(-1) === name);
  if (elsewhere !== undefined) return `unknown key: it belongs to ${elsewhere.path.join('.')}`;
  return `unknown key; known here: ${known.join(', ')}`;
}

function meant(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return '';
  const similar = nearest(found, issue.values.map(String));
  return similar === undefined ? '' : `: did you mean ${similar}?`;
}
