import {
  BodyProof,
  type ByteReader,
  type CallContext,
  throwIfAborted,
  unreadable,
  untilAborted,
} from '@data-universe/storage-core';
import {
  nextPart,
  type PartInMaking,
  type ReadPart,
  type ReadPartsOptions,
} from './part-in-making.ts';
import type { Upload } from './upload.ts';

/** What is read at once: enough to make the way there cheap, little enough to let others have their turn. */
const PIECE = 1024 * 1024;

/** As readParts, the bytes read to where they are needed: copies would double the memory of an upload. */
export async function* readPartsInPlace(
  upload: Upload,
  opening: Promise<ByteReader>,
  options: ReadPartsOptions,
): AsyncGenerator<ReadPart, void, undefined> {
  const { source, sha256, call } = upload;
  const { size } = source;
  const proof = new BodyProof(call, { size, sha256 });
  const reading = new Reading(call, opening);
  let filling: PartInMaking | undefined;
  try {
    for (let number = 1, at = 0; at < size; number += 1) {
      filling = await nextPart(upload, options, number);
      while (filling.room.byteLength > 0) {
        const chunk = await reading.into(filling.room.subarray(0, PIECE), at);
        proof.take(chunk);
        // The source is shorter than announced, which the proof says.
        if (chunk.byteLength === 0) proof.end();
        filling.filled(chunk.byteLength);
        at += chunk.byteLength;
      }
      if (at === size) {
        // A source that is longer.
        proof.take(await reading.into(Buffer.alloc(1), at));
        proof.end();
      }
      const part = filling.finish();
      filling = undefined;
      yield part;
    }
  } finally {
    reading.end(() => filling?.release());
  }
}

/** Readings that can be given up, which the memory that one of them may yet write to cannot. */
class Reading {
  readonly #call: CallContext;
  readonly #reader: Promise<ByteReader>;
  #last: Promise<unknown>;

  constructor(call: CallContext, opening: Promise<ByteReader>) {
    this.#call = call;
    this.#reader = opening;
    this.#last = opening;
  }

  async into(memory: Uint8Array, position: number): Promise<Uint8Array> {
    throwIfAborted(this.#call);
    const read = this.#read(memory, position);
    this.#last = read;
    return memory.subarray(0, await untilAborted(read, this.#call));
  }

  async #read(memory: Uint8Array, position: number): Promise<number> {
    try {
      return await (await this.#reader).read(memory, position);
    } catch (cause) {
      throw unreadable(this.#call, cause);
    }
  }

  /** Frees what belongs to the readings once the last is over. Nobody waits: the source may hang. */
  end(free: () => void): void {
    const close = async () => {
      free();
      await (await this.#reader).close();
    };
    // The call's own outcome is decided: what the source says while it closes changes nothing.
    void this.#last.then(close, close).then(undefined, () => undefined);
  }
}
