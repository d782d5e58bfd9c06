export const ODDITY_KINDS = [
  /** Content that is not UTF-8. */
  'notUtf8',
  /** Content that is UTF-8 but not JSON. */
  'notJson',
  /** Content that is JSON but not an object. */
  'notObject',
  /** A field every row of the source has, absent. */
  'missingField',
  /** A field of another JSON type than its column's. */
  'wrongType',
  /** A number that JavaScript cannot hold exactly. */
  'inexactNumber',
  /** Text with half of a surrogate pair, which UTF-8 cannot hold. */
  'illFormedText',
  /** A datetime that names no moment. */
  'badDatetime',
  /** A row without text, which the public form leaves out. */
  'emptyText',
  /** Content that is not what the columns print, so that its bytes are kept beside them. */
  'keptContent',
] as const;
export type OddityKind = (typeof ODDITY_KINDS)[number];

/** How often each kind was met: fields for those about fields, rows for the others. */
export type Oddities = Readonly<Record<OddityKind, number>>;

export type OddityCounts = Record<OddityKind, number>;

export function noOddities(): OddityCounts {
  return {
    notUtf8: 0,
    notJson: 0,
    notObject: 0,
    missingField: 0,
    wrongType: 0,
    inexactNumber: 0,
    illFormedText: 0,
    badDatetime: 0,
    emptyText: 0,
    keptContent: 0,
  };
}
