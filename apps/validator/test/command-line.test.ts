import { Writable } from 'node:stream';
import { runProgram } from '@data-universe/app-kit';
import { describe, expect, it } from 'vitest';
import { createValidatorProgram } from '../src/program.ts';

/** Runs the program in this process, as far as it gets without a configuration. */
async function run(...args: string[]) {
  const texts = { stdout: '', stderr: '' };
  const into = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const streams = { stdout: into('stdout'), stderr: into('stderr') };
  const code = await runProgram(createValidatorProgram(), ['node', 'program', ...args], {
    ...streams,
    env: {},
  });
  return { code, ...texts };
}

describe('a command line that makes no sense is exit code 2', () => {
  it.each([
    ['no hotkey', ['stats', 'bad'], '"bad" is not the ss58 address of a hotkey'],
    ['no source', ['read', 'H', '--source', 'z'], '"z" is no source: choose reddit, x, youtube'],
    [
      'no moment',
      ['read', 'H', '--source', 'x', '--from', '2026-02-30'],
      '"2026-02-30" is no time',
    ],
    [
      'a time without an offset',
      ['read', 'H', '--source', 'x', '--to', '2026-02-03T00:00'],
      'offset',
    ],
    ['too many', ['read', 'H', '--source', 'x', '--max', '100001'], 'from 1 to 100000'],
    ['no URI', ['validate', 'H'], "missing required argument 'uris'"],
    ['no command of ours', ['bogus'], "unknown command 'bogus'"],
  ])('%s', async (_name, args, said) => {
    const { code, stdout } = await run(...args, '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'Usage',
      message: expect.stringContaining(said),
    });
  });

  it.each([[[]], [['list']], [['read']], [['validate']], [['stats']]])(
    'help of %s has examples',
    async (path) => {
      const { code, stdout, stderr } = await run(...path, '--help');
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/Examples:\n {2}\$ data-universe-validator /);
      expect(stdout).toContain('--json');
    },
  );
});
