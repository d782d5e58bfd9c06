import { createCipheriv, randomFillSync } from 'node:crypto';
import { ByteList } from '../writing/columns/byte-list.ts';
import type { ColumnBuffer } from '../writing/columns/column-buffer.ts';
import { encodeText } from './encode-text.ts';
import type { EncodingKey } from './encoding-key.ts';
import { FernetKernel, MAX_TOKENS } from './fernet-kernel.ts';

const BLOCK_BYTES = 16;
/** Of one batch before encryption. */
const MAX_BATCH_BYTES = 512 * 1024;

let kernel: FernetKernel | undefined;

/**
 * Fills `encoded` with the texts of `clear`, each as `encodeText` makes it. All of a batch is one run of
 * AES-CBC: before each text stands a block of fresh randomness, whose ciphertext, uniform and
 * independent of all else, is the IV of the token that follows.
 */
export function encodeColumnText(
  clear: ColumnBuffer,
  encoded: ColumnBuffer,
  key: EncodingKey,
  time = Math.floor(Date.now() / 1000),
): void {
  encoded.definition.append(clear.definition.bytes, 0, clear.definition.length);
  encoded.rows = clear.rows;
  for (let value = 0; value < clear.count; ) {
    const batch = batchFrom(clear, value);
    if (batch === 0) {
      appendText(encoded, Buffer.from(encodeText(key, textOf(clear, value).toString('utf8'))));
      value += 1;
      continue;
    }
    appendBatch(clear, value, batch, encoded, key, time);
    value += batch;
  }
}

const startOf = ({ ends }: ColumnBuffer, value: number): number =>
  (value === 0 ? 0 : (ends.items[value - 1] as number)) + 4;

function textOf(column: ColumnBuffer, value: number): Buffer {
  return column.values.view(startOf(column, value), column.ends.items[value]);
}

/** How many values make a batch; 0 where the first is too large for one. */
function batchFrom(clear: ColumnBuffer, first: number): number {
  const from = startOf(clear, first);
  let count = 0;
  while (count < MAX_TOKENS && first + count < clear.count) {
    if ((clear.ends.items[first + count] as number) - from > MAX_BATCH_BYTES) break;
    count += 1;
  }
  return count;
}

const plain = new ByteList(64 * 1024);
const sizes = new Uint32Array(MAX_TOKENS);
const random = Buffer.alloc(BLOCK_BYTES * (MAX_TOKENS + 1));

function appendBatch(
  clear: ColumnBuffer,
  first: number,
  count: number,
  encoded: ColumnBuffer,
  key: EncodingKey,
  time: number,
): void {
  randomFillSync(random, 0, BLOCK_BYTES * (count + 1));
  plain.clear();
  for (let index = 0; index < count; index += 1) {
    const start = startOf(clear, first + index);
    const end = clear.ends.items[first + index] as number;
    const padding = BLOCK_BYTES - ((end - start) % BLOCK_BYTES);
    plain.append(random, BLOCK_BYTES * index, BLOCK_BYTES * (index + 1));
    plain.append(clear.values.bytes, start, end);
    for (let byte = 0; byte < padding; byte += 1) plain.push(padding);
    sizes[index] = BLOCK_BYTES + (end - start) + padding;
  }
  const iv = random.subarray(BLOCK_BYTES * count, BLOCK_BYTES * (count + 1));
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv).setAutoPadding(false);
  const encrypted = cipher.update(plain.view());
  plain.bytes.fill(0, 0, plain.length);
  kernel ??= new FernetKernel();
  const texts = kernel.encode(key.signing.export(), encrypted, sizes.subarray(0, count), time);
  encoded.values.reserve(texts.byteLength);
  let at = 0;
  const base = encoded.values.length;
  encoded.values.append(texts, 0, texts.byteLength);
  for (let index = 0; index < count; index += 1) {
    at += 4 + texts.readUInt32LE(at);
    encoded.ends.push(base + at);
  }
  encoded.count += count;
}

function appendText(encoded: ColumnBuffer, text: Uint8Array): void {
  encoded.values.pushUint32(text.byteLength);
  encoded.values.append(text, 0, text.byteLength);
  encoded.ends.push(encoded.values.length);
  encoded.count += 1;
}
