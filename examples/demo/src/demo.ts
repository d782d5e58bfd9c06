import type { Progress } from '@data-universe/app-kit';
import { S3ValidatorStorage } from '@data-universe/s3-validator';
import { ATTACKS } from './attacks/attacks.ts';
import { type Comparison, compareWithDatabase } from './compare.ts';
import { type Changes, changeDatabase } from './database/change-database.ts';
import { type Neuron, prepareNeurons } from './neuron.ts';
import { NETUID, NETWORK, type PrivateNetwork, startPrivateNetwork } from './private-network.ts';

export interface DemoReport {
  readonly databaseRows: number;
  readonly publishedRows: number;
  readonly readBackRows: number;
  /** Over both comparisons. */
  readonly differences: number;
  /** Rows sent where nothing had changed. */
  readonly idleRows: number;
  readonly changes: Changes;
  /** Rows sent after the changes. */
  readonly incrementalRows: number;
  readonly attacksRefused: readonly string[];
  readonly attacks: readonly { name: string; refused: boolean; answer: string }[];
  readonly seconds: number;
}

/** The whole main job on one machine. `database` is copied; without one two are made. */
export async function runDemo(
  database: string | undefined,
  progress: Progress,
): Promise<DemoReport> {
  const started = performance.now();
  const network = await startPrivateNetwork();
  try {
    const neurons = await step(progress, 'preparing databases', () =>
      prepareNeurons(network, database),
    );
    const reader = validatorOf(network);

    const publishedRows = await step(progress, 'publishing', () => upload(neurons));
    const first = await step(progress, 'reading back', () => compare(reader, neurons));
    const idleRows = await step(progress, 'publishing again, unchanged', () => upload(neurons));

    const changes = changeAll(neurons);
    const incrementalRows = await step(progress, 'publishing the changes', () => upload(neurons));
    const second = await step(progress, 'reading back the changes', () => compare(reader, neurons));

    const attacks = [];
    for (const attack of ATTACKS) {
      const { refused, answer } = await attack.run({ network, reader });
      attacks.push({ name: attack.name, refused, answer });
    }
    return {
      databaseRows: first.databaseRows,
      publishedRows,
      readBackRows: first.readBackRows,
      differences: first.differences + second.differences,
      idleRows,
      changes,
      incrementalRows,
      attacksRefused: attacks.filter(({ refused }) => refused).map(({ name }) => name),
      attacks,
      seconds: (performance.now() - started) / 1_000,
    };
  } finally {
    await network.close();
  }
}

/** Whether everything came out as the promises say. */
export function holds(report: DemoReport): boolean {
  const { changes } = report;
  return (
    report.differences === 0 &&
    report.readBackRows === report.databaseRows &&
    report.publishedRows === report.databaseRows &&
    report.idleRows === 0 &&
    report.incrementalRows === changes.late + changes.replaced &&
    report.attacksRefused.length === ATTACKS.length
  );
}

async function step<T>(progress: Progress, name: string, work: () => Promise<T>): Promise<T> {
  const phase = progress.phase(name);
  try {
    const result = await work();
    phase.done();
    return result;
  } catch (error) {
    phase.fail();
    throw error;
  }
}

function validatorOf(network: PrivateNetwork): S3ValidatorStorage {
  return new S3ValidatorStorage({
    signer: network.validator,
    network: NETWORK,
    netuid: NETUID,
    authEndpoint: network.authEndpoint,
  });
}

/** All neurons at once, as on a real subnet; the rows they sent. */
async function upload(neurons: readonly Neuron[]): Promise<number> {
  const reports = await Promise.all(neurons.map(({ storage }) => storage.uploadData()));
  for (const { sources } of reports) {
    for (const outcome of sources) if (!outcome.ok) throw outcome.error;
  }
  return reports.reduce((rows, report) => rows + report.rowsPublished, 0);
}

async function compare(
  reader: S3ValidatorStorage,
  neurons: readonly Neuron[],
): Promise<Comparison> {
  const sum = { databaseRows: 0, readBackRows: 0, differences: 0 };
  for (const neuron of neurons) {
    const one = await compareWithDatabase(reader, neuron);
    sum.databaseRows += one.databaseRows;
    sum.readBackRows += one.readBackRows;
    sum.differences += one.differences;
  }
  return sum;
}

function changeAll(neurons: readonly Neuron[]): Changes {
  const sum = { late: 0, replaced: 0, deleted: 0 };
  for (const [index, { database }] of neurons.entries()) {
    const changes = changeDatabase(database, 100 + index);
    sum.late += changes.late;
    sum.replaced += changes.replaced;
    sum.deleted += changes.deleted;
  }
  return sum;
}
