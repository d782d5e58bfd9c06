import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../vectors/check.py');
const required = process.env.DATA_UNIVERSE_REQUIRE_ALL === '1';

/** `undefined` where there is no Python. */
function runPython(): Promise<{ code: number; output: string } | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile('python3', [script], (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(undefined);
      else if (child.exitCode === null) reject(error ?? new Error('python3 was stopped'));
      else resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
}

describe('the vectors', () => {
  it('hold in another language, with none of this code', { timeout: 60_000 }, async (context) => {
    const run = await runPython();
    if (run === undefined && !required) context.skip('no python3');
    expect(run).toEqual({ code: 0, output: expect.stringMatching(/^\d+ checks, 0 wrong\n$/) });
  });
});
