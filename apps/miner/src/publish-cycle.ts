import {
  describeError,
  EXIT,
  type ExitCode,
  exitCodeFor,
  type ProgramContext,
} from '@data-universe/app-kit';
import type { UploadOptions, UploadReport } from '@data-universe/s3-miner';
import type { MetricsFile } from './metrics-file.ts';
import type { OpenMiner } from './open-miner.ts';
import { failuresOf, failureTexts, notesOf } from './report-text.ts';
import { showProgress } from './show-progress.ts';

const NO_HUGGING_FACE =
  'Not published to Hugging Face: this version publishes to S3 alone. ' +
  'Set storage.use_huggingface: false (or DATA_UNIVERSE_USE_HF=false) to say so.';

export interface CycleResult {
  readonly report: UploadReport;
  readonly exitCode: ExitCode;
  readonly document: object;
}

/** One cycle, with progress, metrics, and what there is to say about it on standard error. */
export async function publishCycle(
  { config, miner }: OpenMiner,
  context: Pick<ProgramContext, 'progress' | 'log'>,
  metrics: MetricsFile,
  options: Omit<UploadOptions, 'onProgress'>,
): Promise<CycleResult> {
  const progress = showProgress(context.progress);
  let report: UploadReport;
  try {
    report = await miner.uploadData({
      ...options,
      onProgress: (source, state) => {
        progress.update(source, state);
        metrics.progress(source, state);
      },
    });
  } catch (error) {
    metrics.end(options.signal?.aborted ? 'stopped' : 'failed', undefined);
    throw error;
  }
  if (report.ok) progress.end();
  else context.progress.stop();
  metrics.end(report.ok ? (report.stopped ? 'stopped' : 'ok') : 'failed', report);

  const skippedDestinations = config.storage.use_huggingface ? ['huggingface'] : [];
  if (skippedDestinations.length > 0) context.log(NO_HUGGING_FACE);
  for (const note of notesOf(report)) context.log(note);
  for (const text of failureTexts(report)) context.log(text);
  const exitCode = exitCodeOf(report);
  return {
    report,
    exitCode: exitCode === EXIT.done && skippedDestinations.length > 0 ? EXIT.finding : exitCode,
    document: { ...documentOf(report), skippedDestinations },
  };
}

function exitCodeOf(report: UploadReport): ExitCode {
  const failures = failuresOf(report);
  if (failures.length === 0) return EXIT.done;
  if (failures.length < report.sources.length) return EXIT.finding;
  return exitCodeFor(new AggregateError(failures.map(({ error }) => error)));
}

function documentOf(report: UploadReport) {
  return {
    ...report,
    sources: report.sources.map((outcome) =>
      outcome.ok ? outcome : { ...outcome, ...describeError(outcome.error) },
    ),
  };
}
