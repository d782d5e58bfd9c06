import { type ObjectBodyOptions, objectBody, readAll } from '@data-universe/storage-core';
import { describe, expect, it } from 'vitest';

function bodyOf(texts: readonly string[], options: Partial<ObjectBodyOptions> = {}) {
  const released = { times: 0 };
  const chunks = texts.map((text) => Buffer.from(text)).values();
  const body = objectBody({
    operation: 'get',
    length: Buffer.byteLength(texts.join('')),
    pull: async () => chunks.next().value,
    release: () => {
      released.times++;
    },
    ...options,
  });
  return { body, released };
}

describe('objectBody', () => {
  it('is released once at its end', async () => {
    const { body, released } = bodyOf(['ab', 'c']);
    expect(Buffer.from(await readAll(body)).toString()).toBe('abc');
    expect(released.times).toBe(1);
  });

  it('is released when it is left before its first chunk', async () => {
    const { body, released } = bodyOf(['ab', 'c']);
    await body[Symbol.asyncIterator]().return?.();
    expect(released.times).toBe(1);
  });

  it('is released when a pull fails', async () => {
    const failing = { pull: () => Promise.reject(new Error('cut')) };
    const { body, released } = bodyOf(['ab'], failing);
    await expect(readAll(body)).rejects.toThrow('cut');
    expect(released.times).toBe(1);
  });

  it.each([
    ['shorter', 4],
    ['longer', 2],
  ])('is an error when it is %s than announced', async (_, length) => {
    const { body, released } = bodyOf(['ab', 'c'], { length });
    await expect(readAll(body)).rejects.toMatchObject({ code: 'Unavailable', retryable: true });
    expect(released.times).toBe(1);
  });

  it('ends a pull that hangs when it is aborted', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const hanging = { signal, pull: () => new Promise<undefined>(() => undefined) };
    const { body, released } = bodyOf(['ab'], hanging);
    const read = readAll(body);
    controller.abort();
    await expect(read).rejects.toMatchObject({ code: 'Aborted' });
    expect(released.times).toBe(1);
  });
});
