import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ConfigProblem, Origin } from './config-error.ts';
import type { KeyPath } from './setting-tree.ts';

/** Settings of one origin: plain values, and where each key stands. */
export interface Layer {
  readonly value: unknown;
  /** Origin of a key, or of the nearest group around it. */
  originOf(path: KeyPath): Origin;
}

export interface YamlLayer extends Layer {
  readonly problems: readonly ConfigProblem[];
}

const MAX_DEPTH = 16;
const SECOND_DOCUMENT = 'a second document begins here (---): put all settings into one';

/** Reads YAML into plain values; syntax errors, doubled keys, aliases and tags become problems. */
export function parseYamlLayer(text: string, file: string): YamlLayer {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const problems: ConfigProblem[] = [];
  const origins = new Map<string, Origin>();

  const originAt = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { kind: 'file', file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (path: KeyPath, offset: number, message: string): void => {
    problems.push({ key: path.join('.'), origin: originAt(offset), message });
  };

  const convert = (node: unknown, path: KeyPath, offset: number): unknown => {
    if (isScalar(node)) return node.value;
    if (isAlias(node)) {
      report(
        path,
        startOf(node, offset),
        `aliases (*${node.source}) are not supported: write the value`,
      );
      return undefined;
    }
    if (path.length >= MAX_DEPTH && (isMap(node) || isSeq(node))) {
      report(path, startOf(node, offset), 'is nested too deep');
      return undefined;
    }
    if (isSeq(node)) return node.items.map((item) => convert(item, path, offset));
    if (!isMap(node)) return null;
    const entries = new Map<string, unknown>();
    for (const { key, value } of node.items) {
      const start = startOf(key, offset);
      if (!isScalar(key)) {
        report(path, start, 'a key must be a plain word');
        continue;
      }
      const name = String(key.value);
      const childPath = [...path, name];
      if (entries.has(name)) {
        const first = originFor(childPath);
        const where = first.kind === 'file' ? ` (first in line ${first.line})` : '';
        report(childPath, start, `is set twice${where}: keep one of them`);
        continue;
      }
      origins.set(idOf(childPath), originAt(start));
      entries.set(name, convert(value, childPath, start));
    }
    return Object.fromEntries(entries);
  };

  const originFor = (path: KeyPath): Origin => {
    for (let length = path.length; length > 0; length--) {
      const origin = origins.get(idOf(path.slice(0, length)));
      if (origin !== undefined) return origin;
    }
    return originAt(0);
  };

  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    report([], pos[0], `YAML syntax: ${code === 'MULTIPLE_DOCS' ? SECOND_DOCUMENT : message}`);
  }
  const value = problems.length === 0 ? convert(document.contents, [], 0) : undefined;
  return { value: value ?? {}, problems, originOf: originFor };
}

function startOf(node: unknown, fallback: number): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? fallback;
}

const idOf = (path: KeyPath): string => JSON.stringify(path);
