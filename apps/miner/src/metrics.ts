import type { SourceName } from '@data-universe/core-auth';
import type { PublisherStatus, PublishReport } from '@data-universe/publisher';
import type { UploadProgress, UploadReport } from '@data-universe/s3-miner';

export type CycleOutcome = 'ok' | 'failed' | 'stopped';

interface Metric {
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly values: Map<string, number>;
}

/** The gauges of a source that a cycle's report sets. */
const OF_REPORT: readonly (readonly [
  name: string,
  help: string,
  (report: PublishReport) => number,
])[] = [
  ['dataset_rows', 'Rows published.', ({ totals }) => totals.rows],
  ['dataset_files', 'Data files published.', ({ totals }) => totals.files],
  ['dataset_bytes', 'Bytes of the data files published.', ({ totals }) => totals.bytes],
  ['dataset_commit', 'Number of the newest manifest.', ({ sequenceAfter }) => sequenceAfter],
  ['cycle_seconds', 'How long the last cycle took.', ({ seconds }) => seconds],
  ['rows_left_out', 'Rows that retention or a cap keeps back.', ({ leftOut }) => leftOut.rows],
  ['rows_unpublishable', 'Rows no file can hold.', ({ rowsUnpublishable }) => rowsUnpublishable],
];

/** What grows from cycle to cycle, since the program began. */
const ADDED: readonly (readonly [name: string, help: string, (report: PublishReport) => number])[] =
  [
    ['rows_added_total', 'New rows published.', ({ rowsAdded }) => rowsAdded],
    ['rows_replaced_total', 'Rows published anew.', ({ rowsReplaced }) => rowsReplaced],
    ['rows_removed_total', 'Rows taken out of the dataset.', ({ rowsRemoved }) => rowsRemoved],
    ['uploaded_bytes_total', 'Bytes sent.', ({ bytesUploaded }) => bytesUploaded],
    ['commits_total', 'Manifests written.', ({ commits }) => commits],
    ['warnings_total', 'Warnings given.', ({ warnings }) => warnings.length],
  ];

/** What an operator's monitoring wants to know, in the text format of Prometheus. */
export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  /** What was published before this program began. */
  began(sources: readonly PublisherStatus[]): void {
    for (const { source, totals, sequence } of sources) {
      this.#set('dataset_rows', 'Rows published.', { source }, totals.rows);
      this.#set('dataset_files', 'Data files published.', { source }, totals.files);
      this.#set('dataset_bytes', 'Bytes of the data files published.', { source }, totals.bytes);
      this.#set('dataset_commit', 'Number of the newest manifest.', { source }, sequence);
    }
    for (const outcome of ['ok', 'failed', 'stopped'] as const) this.#count(outcome, 0);
  }

  progressed(source: SourceName, progress: UploadProgress): void {
    const { rowsDone, rowsTotal, bytesDone, bytesTotal, secondsLeft } = progress;
    this.#set('cycle_running', 'Whether a cycle is at work.', {}, 1);
    this.#set('progress_rows', 'Rows compared by the cycle at work.', { source }, rowsDone);
    this.#set('progress_rows_expected', 'Rows it has to compare.', { source }, rowsTotal);
    this.#set('progress_upload_bytes', 'Bytes of its commit sent.', { source }, bytesDone);
    this.#set('progress_upload_bytes_expected', 'Bytes of its commit.', { source }, bytesTotal);
    const left = secondsLeft ?? Number.NaN;
    this.#set('progress_seconds_left', 'How long it still takes, by its pace.', { source }, left);
  }

  /** `report` is undefined where the cycle as a whole failed. */
  ended(outcome: CycleOutcome, report: UploadReport | undefined, at: Date): void {
    this.#count(outcome, 1);
    const seconds = at.getTime() / 1_000;
    this.#set('last_cycle_timestamp_seconds', 'When the last cycle ended.', {}, seconds);
    if (outcome === 'ok')
      this.#set('last_success_timestamp_seconds', 'When one last ended well.', {}, seconds);
    this.#set('cycle_running', 'Whether a cycle is at work.', {}, 0);
    for (const name of this.#metrics.keys())
      if (name.startsWith('progress_')) this.#metrics.delete(name);
    for (const source of report?.sources ?? []) {
      const label = { source: source.source };
      this.#set(
        'source_ok',
        'Whether the last cycle published all of a source.',
        label,
        source.ok ? 1 : 0,
      );
      if (!source.ok) continue;
      for (const [name, help, value] of OF_REPORT)
        this.#set(name, help, label, value(source.report));
      for (const [name, help, value] of ADDED) this.#add(name, help, label, value(source.report));
    }
  }

  waits(until: Date): void {
    const seconds = until.getTime() / 1_000;
    this.#set('next_cycle_timestamp_seconds', 'When the next cycle begins.', {}, seconds);
  }

  text(): string {
    let text = '';
    for (const [name, { help, type, values }] of this.#metrics) {
      const full = `data_universe_miner_${name}`;
      text += `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n`;
      for (const [labels, value] of values) text += `${full}${labels} ${value}\n`;
    }
    return text;
  }

  #count(outcome: CycleOutcome, more: number): void {
    this.#add('cycles_total', 'Cycles, by how they ended.', { outcome }, more);
  }

  #set(name: string, help: string, labels: Readonly<Record<string, string>>, value: number): void {
    this.#metric(name, help, 'gauge').values.set(labelText(labels), value);
  }

  #add(name: string, help: string, labels: Readonly<Record<string, string>>, more: number): void {
    const { values } = this.#metric(name, help, 'counter');
    const key = labelText(labels);
    values.set(key, (values.get(key) ?? 0) + more);
  }

  #metric(name: string, help: string, type: Metric['type']): Metric {
    let metric = this.#metrics.get(name);
    if (metric === undefined) {
      metric = { help, type, values: new Map() };
      this.#metrics.set(name, metric);
    }
    return metric;
  }
}

/** Names and values are this program's own: nothing in them has to be escaped. */
function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
