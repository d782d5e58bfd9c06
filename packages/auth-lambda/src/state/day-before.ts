const DAY_MS = 86_400_000;

/** Of a UTC day, `YYYY-MM-DD`, the one before: instances whose clocks differ still charge it at midnight. */
export function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}
