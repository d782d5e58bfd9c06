import { open } from 'node:fs/promises';
import { type NeuronList, parseNeuronList } from './neuron-list.ts';
import { RegistryError } from './static-registry-file.ts';

/** Room for 65,536 neurons. */
const MAX_FILE_BYTES = 16_777_216;

/** A file of neurons, read again when it has changed. */
export class NeuronListFile {
  readonly #path: string;
  #read: { readonly version: string; readonly list: NeuronList } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The file as it is now. Throws RegistryError; what an earlier version said is then not used. */
  async current(): Promise<NeuronList> {
    try {
      return await this.#load();
    } catch (error) {
      if (error instanceof RegistryError) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      throw new RegistryError(`${this.#path} can't be read (${code})`, { cause: error });
    }
  }

  async #load(): Promise<NeuronList> {
    const handle = await open(this.#path, 'r');
    try {
      const status = await handle.stat({ bigint: true });
      const version = `${status.dev}:${status.ino}:${status.size}:${status.mtimeNs}:${status.ctimeNs}`;
      if (this.#read?.version === version) return this.#read.list;
      if (!status.isFile() || status.size > MAX_FILE_BYTES) {
        throw new RegistryError(`${this.#path} is not a file, or over ${MAX_FILE_BYTES} bytes`);
      }
      const list = parseNeuronList(
        parseJson(await handle.readFile('utf8'), this.#path),
        this.#path,
      );
      this.#read = { version, list };
      return list;
    } finally {
      await handle.close();
    }
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RegistryError(`${path} is not valid JSON`, { cause });
  }
}
