import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { encodePairs, encodingKey } from '@data-universe/dataset';
import type { Task } from '../measure/task.ts';

const KEY = Buffer.alloc(32, 7);
const BATCH = 20_000;

const pair = (index: number): readonly [username: string, url: string] => [
  `@user_${index}`,
  `https://x.com/user_${index}/status/${1_852_345_678_901_234_000n + BigInt(index)}`,
];

/** A username and a URL, encoded as the data files are: in batches. */
export const batchTask: Task = async ({ units }) => {
  const pairs = Array.from({ length: BATCH }, (_, index) => pair(index));
  const key = encodingKey(KEY);
  return async () => {
    for (let done = 0; done < units; done += BATCH)
      encodePairs(pairs.slice(0, units - done), { username: key, url: key });
    return { units, bytes: null };
  };
};

/** The same, token by token, as the documentation of node:crypto has it. */
export const loopTask: Task = async ({ units }) => {
  const pairs = Array.from({ length: BATCH }, (_, index) => pair(index));
  return async () => {
    for (let done = 0; done < units; done += 1)
      for (const text of pairs[done % BATCH] ?? []) encodePlainly(text);
    return { units, bytes: null };
  };
};

function encodePlainly(text: string): string {
  const iv = randomBytes(16);
  const header = Buffer.alloc(9);
  header.writeUInt8(0x80);
  header.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000)), 1);
  const cipher = createCipheriv('aes-128-cbc', KEY.subarray(16), iv);
  const signed = Buffer.concat([header, iv, cipher.update(text, 'utf8'), cipher.final()]);
  const mac = createHmac('sha256', KEY.subarray(0, 16)).update(signed).digest();
  return urlSafe(Buffer.from(urlSafe(Buffer.concat([signed, mac]))));
}

function urlSafe(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
