import { z } from 'zod';
import { groups, type SettingMeta, settings } from './rules.ts';
import { layerSchema } from './schema.ts';

export type KeyPath = readonly string[];

/** One setting of the schema, as its documentation and its messages need it. */
export interface Setting {
  readonly path: KeyPath;
  readonly meta: SettingMeta;
  /** What a value must be, without default, null or absence. */
  readonly schema: z.core.$ZodType;
  /** Undefined where the value follows from other settings. */
  readonly defaultValue: unknown;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner.unwrap();
  }
  return inner;
}

function collect(schema: z.core.$ZodType, path: KeyPath): Setting[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, child]) => collect(child, [...path, key]));
  }
  const meta = settings.get(schema);
  if (meta === undefined) throw new TypeError(`the setting ${path.join('.')} is not described`);
  const defaultValue = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  return [{ path, meta, schema: inner, defaultValue }];
}

/** Every setting, in the schema's order. */
export const SETTINGS: readonly Setting[] = collect(layerSchema, []);

/** The schema at a path, or undefined where the path names no setting and no group. */
function schemaAt(path: KeyPath): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = layerSchema;
  for (const key of path) {
    const inner: z.core.$ZodType = unwrap(schema);
    if (!(inner instanceof z.ZodObject) || !Object.hasOwn(inner.shape, key)) return undefined;
    schema = inner.shape[key] as z.core.$ZodType | undefined;
    if (schema === undefined) return undefined;
  }
  return schema;
}

/** Completes "expected ..." for the setting or the group at a path. */
export function expectedAt(path: KeyPath): string {
  const schema = schemaAt(path);
  const meta = schema && (settings.get(schema) ?? groups.get(unwrap(schema)));
  return meta?.expected ?? 'a setting';
}

/** The names a group knows. */
export function keysAt(path: KeyPath): readonly string[] {
  const schema = schemaAt(path);
  const inner = schema && unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** What stands at a path of a plain value; undefined where nothing does. */
export function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
