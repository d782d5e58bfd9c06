import type { AuditRecord } from './audit-sink.ts';

/**
 * A record as one line of JSON in printable ASCII: nothing that a client sent can end the line, begin another
 * or reach a terminal as a control character.
 */
export function auditLine(record: AuditRecord): string {
  const ascii = JSON.stringify(record).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${ascii}\n`;
}
