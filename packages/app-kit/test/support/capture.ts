import { Writable } from 'node:stream';

/** A stream that keeps what is written to it; `failWith` makes every write fail. */
export class Capture extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly #failWith: Error | undefined;

  constructor(options: { readonly isTTY?: boolean; readonly failWith?: Error } = {}) {
    super({ decodeStrings: false });
    this.isTTY = options.isTTY ?? false;
    this.#failWith = options.failWith;
  }

  // What a terminal has beyond a stream; what was painted over stays in the text.
  readonly columns = 100;
  cursorTo(): boolean {
    return true;
  }
  moveCursor(): boolean {
    return true;
  }
  clearLine(): boolean {
    return true;
  }

  override _write(chunk: string, _encoding: string, done: (error?: Error) => void): void {
    if (this.#failWith === undefined) this.text += chunk;
    done(this.#failWith);
  }
}
