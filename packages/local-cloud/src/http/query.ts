import { CloudError } from '../errors.ts';
import { uriDecode } from './uri-encoding.ts';

/** Decoded parameters of a query string or of a form body, in the order they were sent. */
export class QueryParameters {
  readonly entries: ReadonlyArray<readonly [name: string, value: string]>;

  private constructor(entries: ReadonlyArray<readonly [string, string]>) {
    this.entries = entries;
  }

  /** `+` is a space, as in a form; S3 reads its query strings so too. */
  static parse(text: string): QueryParameters {
    const decode = (part: string) => uriDecode(part.replaceAll('+', ' '));
    return new QueryParameters(
      text
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => {
          const equals = pair.indexOf('=');
          return equals < 0
            ? [decode(pair), '']
            : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
        }),
    );
  }

  has(name: string): boolean {
    return this.entries.some(([candidate]) => candidate === name);
  }

  /** The value, or undefined where absent. A name that was sent twice is refused: which one counts would be a guess. */
  get(name: string): string | undefined {
    const [first, ...others] = this.entries.filter(([candidate]) => candidate === name);
    if (others.length > 0) {
      throw new CloudError(
        'InvalidArgument',
        400,
        `The parameter ${name} was sent more than once.`,
      );
    }
    return first?.[1];
  }
}
