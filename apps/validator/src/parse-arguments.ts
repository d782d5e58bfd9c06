import { UsageError } from '@data-universe/app-kit';
import {
  type HotkeyAddress,
  isHotkeyAddress,
  SOURCE_NAMES,
  type SourceName,
} from '@data-universe/core-auth';

// Each throws UsageError.

export function parseHotkey(text: string): HotkeyAddress {
  if (isHotkeyAddress(text)) return text;
  throw new UsageError(
    `${shown(text)} is not the ss58 address of a hotkey: it has 48 characters and begins with 5`,
  );
}

export function parseSource(text: string): SourceName {
  const source = SOURCE_NAMES.find((name) => name === text);
  if (source !== undefined) return source;
  throw new UsageError(`${shown(text)} is no source: choose ${SOURCE_NAMES.join(', ')}`);
}

/** A time without an offset would mean another moment on another machine, so it takes one. */
const TIME = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** A day is its beginning in UTC. */
export function parseTime(text: string): Date {
  const day = TIME.exec(text)?.[1];
  const time = new Date(text);
  // Date takes 30 February for 1 or 2 March.
  if (day !== undefined && isDay(day) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(
    `${shown(text)} is no time: write it as 2026-10-31 or 2026-10-31T12:00Z (with Z or an offset)`,
  );
}

function isDay(text: string): boolean {
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** What one document, held in memory, can reasonably have. */
export const MAX_ENTITIES = 100_000;

export function parseCount(text: string): number {
  const count = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= MAX_ENTITIES) return count;
  throw new UsageError(
    `${shown(text)} is no number of entities from 1 to ${MAX_ENTITIES}: narrow the question by --from, --to and --label`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
