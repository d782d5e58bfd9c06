/** A time as Signature Version 4 spells it, `YYYYMMDDTHHMMSSZ`. */
export function amzDate(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replaceAll(/[:-]/g, '').slice(0, 15)}Z`;
}
