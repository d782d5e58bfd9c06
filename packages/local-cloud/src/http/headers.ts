import { invalidRequest } from '../errors.ts';

/** Request headers by lower-case name, every value kept, since a signature covers them all. */
export class RequestHeaders {
  readonly #values: Map<string, string[]>;

  constructor(entries: Iterable<readonly [name: string, value: string]>) {
    this.#values = new Map();
    for (const [name, value] of entries) {
      const lower = name.toLowerCase();
      const values = this.#values.get(lower);
      if (values === undefined) this.#values.set(lower, [value]);
      else values.push(value);
    }
  }

  /** From the flat [name, value, name, value, ...] list of node:http. */
  static fromRaw(raw: readonly string[]): RequestHeaders {
    const entries: Array<readonly [string, string]> = [];
    for (let i = 0; i + 1 < raw.length; i += 2) entries.push([raw[i] ?? '', raw[i + 1] ?? '']);
    return new RequestHeaders(entries);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The one value, or undefined. Throws InvalidRequest where the header was repeated. */
  get(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw invalidRequest(`The header ${name} was sent more than once.`);
    return values[0];
  }

  /** These headers, plus those entries whose names are absent here. */
  withDefaults(entries: Iterable<readonly [name: string, value: string]>): RequestHeaders {
    const own: Array<readonly [string, string]> = [];
    for (const [name, values] of this.#values) for (const value of values) own.push([name, value]);
    const added = [...entries].filter(([name]) => !this.#values.has(name.toLowerCase()));
    return new RequestHeaders([...own, ...added]);
  }
}
