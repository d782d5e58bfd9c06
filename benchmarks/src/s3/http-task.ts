import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Task } from '../measure/task.ts';
import { fileIn, readPlace } from './place.ts';

/** The bytes and nothing else, to a server that drops them. */
export const httpPut: Task = async ({ prepared, units }) => {
  const { sink, bytes } = await readPlace(prepared);
  return async () => {
    const outgoing = request(sink, { method: 'PUT', headers: { 'content-length': bytes } });
    const answered = new Promise<number>((resolve, reject) => {
      outgoing.on('error', reject).on('response', (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
    });
    await Promise.all([pipeline(createReadStream(fileIn(prepared)), outgoing), answered]);
    if ((await answered) !== 200) throw new Error('the sink refused the body');
    return { units, bytes };
  };
};
