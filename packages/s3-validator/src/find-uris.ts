import type { DataEntity, SourceName } from '@data-universe/dataset';

/** Where a URI was found, or that no source of the miner holds it. */
export type UriFinding =
  | { readonly uri: string; readonly present: false }
  | {
      readonly uri: string;
      readonly present: true;
      readonly source: SourceName;
      readonly entity: DataEntity;
    };

/** Looks for URIs among entities that pass by, and holds no others. */
export class UriSearch {
  readonly #uris: readonly string[];
  readonly #missing: Set<string>;
  readonly #found = new Map<string, UriFinding>();

  constructor(uris: readonly string[]) {
    this.#uris = uris;
    this.#missing = new Set(uris);
  }

  get done(): boolean {
    return this.#missing.size === 0;
  }

  see(source: SourceName, entities: readonly DataEntity[]): void {
    for (const entity of entities) {
      const { uri } = entity;
      if (this.#missing.delete(uri)) this.#found.set(uri, { uri, present: true, source, entity });
    }
  }

  /** One for each URI asked, in that order. */
  findings(): UriFinding[] {
    return this.#uris.map((uri) => this.#found.get(uri) ?? { uri, present: false });
  }
}
