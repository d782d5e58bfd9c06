import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PublishReport } from '@data-universe/publisher';
import type { UploadReport } from '@data-universe/s3-miner';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Metrics } from '../src/metrics.ts';
import { MetricsFile } from '../src/metrics-file.ts';

const published = {
  source: 'x',
  rowsAdded: 7,
  rowsReplaced: 2,
  rowsRemoved: 1,
  rowsUnpublishable: 0,
  bytesUploaded: 1_000,
  commits: 1,
  sequenceAfter: 4,
  seconds: 1.5,
  warnings: [],
  totals: { rows: 100, files: 3, bytes: 9_000 },
  leftOut: { rows: 5, hours: 1, before: 3, because: 'maxRows' },
} as Partial<PublishReport> as PublishReport;

const report = (...sources: UploadReport['sources']): UploadReport => ({
  ok: sources.every(({ ok }) => ok),
  dryRun: false,
  stopped: false,
  hotkey: '5',
  sources,
  unsupported: [],
  rowsPublished: 9,
  bytesUploaded: 1_000,
});

/** Every line is a comment or a sample, as the format has it. */
const SAMPLE =
  /^data_universe_miner_[a-z_]+(\{[a-z]+="[a-z0-9]+"\})? -?(\d+(\.\d+)?(e[+-]?\d+)?|NaN)$/;

function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('# ')) continue;
    expect(line).toMatch(SAMPLE);
    const [name = '', value = ''] = line.split(' ');
    found.set(name.replace('data_universe_miner_', ''), Number(value));
  }
  return found;
}

const at = new Date(1_000_000);

describe('metrics', () => {
  it('tell of the last cycle in gauges and of all of them in counters', () => {
    const metrics = new Metrics();
    metrics.began([]);
    metrics.ended('ok', report({ source: 'x', ok: true, report: published }), at);
    metrics.ended('ok', report({ source: 'x', ok: true, report: published }), at);
    const said = samples(metrics.text());
    expect(Object.fromEntries(said)).toMatchObject({
      'cycles_total{outcome="ok"}': 2,
      'cycles_total{outcome="failed"}': 0,
      last_cycle_timestamp_seconds: 1_000,
      last_success_timestamp_seconds: 1_000,
      'source_ok{source="x"}': 1,
      'dataset_rows{source="x"}': 100,
      'rows_left_out{source="x"}': 5,
      'rows_added_total{source="x"}': 14,
      'uploaded_bytes_total{source="x"}': 2_000,
      cycle_running: 0,
    });
  });

  it('tell of a failure without forgetting the last success', () => {
    const metrics = new Metrics();
    metrics.ended('ok', report({ source: 'x', ok: true, report: published }), at);
    const error = new Error('down');
    metrics.ended('failed', report({ source: 'x', ok: false, error }), new Date(2_000_000));
    metrics.ended('failed', undefined, new Date(3_000_000));
    expect(Object.fromEntries(samples(metrics.text()))).toMatchObject({
      'cycles_total{outcome="failed"}': 2,
      'source_ok{source="x"}': 0,
      'dataset_rows{source="x"}': 100,
      last_success_timestamp_seconds: 1_000,
      last_cycle_timestamp_seconds: 3_000,
    });
  });

  it('tell how far a cycle is, and no more of that once it has ended', () => {
    const metrics = new Metrics();
    const progress = {
      phase: 'write',
      rowsDone: 5,
      rowsTotal: 20,
      bytesDone: 0,
      bytesTotal: 0,
      bucketsDone: 1,
    } as const;
    metrics.progressed('x', { ...progress, secondsLeft: null });
    expect(metrics.text()).toContain('progress_seconds_left{source="x"} NaN\n');
    metrics.progressed('x', { ...progress, secondsLeft: 12.5 });
    expect(Object.fromEntries(samples(metrics.text()))).toMatchObject({
      cycle_running: 1,
      'progress_rows{source="x"}': 5,
      'progress_rows_expected{source="x"}': 20,
      'progress_seconds_left{source="x"}': 12.5,
    });
    metrics.ended('stopped', report(), at);
    expect(metrics.text()).not.toContain('progress');
  });

  it('name each metric once, with its type', () => {
    const metrics = new Metrics();
    metrics.ended(
      'ok',
      report(
        { source: 'x', ok: true, report: published },
        { source: 'reddit', ok: true, report: published },
      ),
      at,
    );
    const types = metrics
      .text()
      .split('\n')
      .filter((line) => line.startsWith('# TYPE'));
    expect(new Set(types.map((line) => line.split(' ')[2])).size).toBe(types.length);
  });
});

describe('the file of the metrics', () => {
  it('is whole, beside nothing else, and says when the next cycle begins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'metrics-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = new MetricsFile(join(folder, 'miner.prom'), () => undefined);
    file.begin(() => []);
    file.end('ok', report({ source: 'x', ok: true, report: published }));
    file.wait(60_000);
    expect(readdirSync(folder)).toEqual(['miner.prom']);
    const said = samples(readFileSync(join(folder, 'miner.prom'), 'utf8'));
    expect(said.get('next_cycle_timestamp_seconds')).toBeGreaterThan(Date.now() / 1_000);
  });

  it('that cannot be written is said once, and disturbs nothing', () => {
    const lines: string[] = [];
    const file = new MetricsFile('/no/such/folder/miner.prom', (line) => lines.push(line));
    file.begin(() => []);
    file.end('ok', report());
    expect(lines).toEqual([expect.stringContaining("can't be written to /no/such/folder")]);
  });

  it('that is not wanted is never written, and nothing is asked for it', () => {
    const file = new MetricsFile(null, () => undefined);
    file.begin(() => {
      throw new Error('asked');
    });
    file.end('ok', report());
  });
});
