import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** What the Python client answers to a task; undefined where there is no Python. Rejects where it breaks. */
export function runOlderClient(task: object): Promise<Record<string, unknown> | undefined> {
  return runPython([join(import.meta.dirname, 'older_client.py')], JSON.stringify(task)).then(
    (output) => (output === undefined ? undefined : JSON.parse(output)),
  );
}

/** What a Python program prints; undefined where there is no Python. Rejects where it fails. */
export function runPython(args: readonly string[], input = ''): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    // No __pycache__ among the sources.
    const child = execFile('python3', ['-B', ...args], (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(undefined);
      else if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
