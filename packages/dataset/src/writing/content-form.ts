import type { ContentColumn } from '../schema/content-columns.ts';

/**
 * What printed the content: Python's `json.dumps` with `ensure_ascii`, its default, or without; or
 * `JSON.stringify`, which leaves no spaces.
 */
export type ContentStyle = 'ascii' | 'utf8' | 'compact';

/** How the content of a row was printed: with its columns it says every byte of it. */
export interface ContentForm {
  /** As in the column `content_form`: the style, a colon, the names of the fields in their order. */
  readonly bytes: Buffer;
  /** Fields that every row should have and these don't. */
  readonly missingFields: number;
}

/** So that rows, each of its own order of fields, don't fill the memory. */
const MAX_FORMS = 4096;

/** The forms met so far, found by the columns of a row's fields in their order. */
export class ContentForms {
  readonly #columns: readonly ContentColumn[];
  readonly #byHash = new Map<
    number,
    { readonly fields: Uint8Array; readonly form: ContentForm }[]
  >();
  #count = 0;

  constructor(columns: readonly ContentColumn[]) {
    this.#columns = columns;
  }

  /** `fields` are indexes of columns. Undefined where there are too many forms already. */
  find(fields: Uint8Array, count: number, style: ContentStyle): ContentForm | undefined {
    let hash = style === 'ascii' ? 1 : 2;
    for (let index = 0; index < count; index += 1)
      hash = (Math.imul(hash, 67) + (fields[index] as number)) | 0;
    const known = this.#byHash.get(hash) ?? [];
    for (const { fields: other, form } of known)
      if (form.bytes[0] === style.charCodeAt(0) && isEqual(other, fields, count)) return form;
    if (this.#count === MAX_FORMS) return undefined;
    this.#count += 1;
    const form = this.#formOf(fields.subarray(0, count), style);
    this.#byHash.set(hash, [...known, { fields: fields.slice(0, count), form }]);
    return form;
  }

  #formOf(fields: Uint8Array, style: ContentStyle): ContentForm {
    const names = Array.from(fields, (field) => this.#columns[field]?.name ?? '');
    return {
      bytes: Buffer.from(`${style}:${names.join(',')}`),
      missingFields: this.#columns.filter(({ name, expected }) => expected && !names.includes(name))
        .length,
    };
  }
}

function isEqual(known: Uint8Array, fields: Uint8Array, count: number): boolean {
  if (known.length !== count) return false;
  for (let index = 0; index < count; index += 1) if (known[index] !== fields[index]) return false;
  return true;
}
