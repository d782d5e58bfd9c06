import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepSeeds, readCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';

const USAGE = `Reads made-up requests and builds made-up policies, and tells what should not have come of them.

  --inputs N      how many (1,000,000)
  --seed N        the same inputs for the same number (1)
  --keep-seeds    add what was answered as nothing before it to test/fuzz/seeds.json

Exit codes: 0 nothing found, 1 something was.
`;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    'keep-seeds': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else {
  // A refusal is an answer here, and nobody reads where it was thrown.
  Error.stackTraceLimit = 0;
  const folder = join(process.cwd(), 'packages/auth-lambda');
  const startedAt = performance.now();
  const { novel, ...figures } = await fuzz({
    seed: Number(values.seed),
    inputs: Number(values.inputs),
    corpus: readCorpus(folder),
    progress: (done) => process.stderr.write(`\r${done}`),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  if (values['keep-seeds']) keepSeeds(folder, novel);
  const { user } = process.cpuUsage();
  const perSecond = { inputsPerCpuSecond: Math.round(figures.inputs / (user / 1e6)) };
  process.stderr.write('\n');
  process.stdout.write(
    `${JSON.stringify({ ...figures, novel: novel.length, seconds, ...perSecond }, null, 2)}\n`,
  );
  process.exitCode = figures.violations.length === 0 ? 0 : 1;
}
