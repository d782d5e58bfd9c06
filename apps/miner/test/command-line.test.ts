import { Writable } from 'node:stream';
import { runProgram } from '@data-universe/app-kit';
import { describe, expect, it } from 'vitest';
import { createMinerProgram } from '../src/program.ts';

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
  const code = await runProgram(createMinerProgram(), ['node', 'program', ...args], {
    ...streams,
    env: {},
  });
  return { code, ...texts };
}

describe('a command line that makes no sense is exit code 2', () => {
  it.each([
    [['bogus'], "unknown command 'bogus'"],
    [['upload', '--bogus'], "unknown option '--bogus'"],
    [['upload', 'extra'], "too many arguments for 'upload'"],
    [['upload', '--config'], "option '--config <file>' argument missing"],
  ])('%s', async (args, said) => {
    const [person, machine] = await Promise.all([run(...args), run(...args, '--json')]);
    expect([person.code, person.stdout]).toEqual([2, '']);
    expect(person.stderr).toContain(said);
    expect(person.stderr).toContain('--help');
    expect(machine.code).toBe(2);
    expect(JSON.parse(machine.stdout).error).toMatchObject({ code: 'Usage', exit_code: 2 });
  });

  it.each([[[]], [['upload']], [['status']]])(
    'help of %s has examples and ends well',
    async (path) => {
      const { code, stdout, stderr } = await run(...path, '--help');
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/Examples:\n {2}\$ data-universe-miner /);
      expect(stdout).toContain('--json');
    },
  );
});
