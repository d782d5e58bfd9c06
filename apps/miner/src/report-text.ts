import {
  type Column,
  formatBytes,
  formatCount,
  formatDuration,
  renderError,
  renderTable,
} from '@data-universe/app-kit';
import type { OddityKind } from '@data-universe/dataset';
import type { PlanReason, PublishReport } from '@data-universe/publisher';
import type { SourceOutcome, UploadReport } from '@data-universe/s3-miner';

type Failure = Extract<SourceOutcome, { readonly ok: false }>;

export function failuresOf({ sources }: UploadReport): readonly Failure[] {
  return sources.flatMap((outcome) => (outcome.ok ? [] : [outcome]));
}

function publishedOf({ sources }: UploadReport): readonly PublishReport[] {
  return sources.flatMap((outcome) => (outcome.ok ? [outcome.report] : []));
}

/** Each failure once, behind the sources that it struck. */
export function failureTexts(report: UploadReport): readonly string[] {
  const sourcesByText = new Map<string, { readonly sources: string[]; readonly text: string }>();
  for (const { source, error } of failuresOf(report)) {
    const text = renderError(error).trimEnd();
    const same = sourcesByText.get(withoutRequest(text, error));
    if (same === undefined) {
      sourcesByText.set(withoutRequest(text, error), { sources: [source], text });
    } else same.sources.push(source);
  }
  return [...sourcesByText.values()].map(({ sources, text }) => `${sources.join(', ')}: ${text}`);
}

/** The credential service numbers its answers: the same refusal twice differs in that alone. */
function withoutRequest(text: string, error: Error): string {
  const id = 'requestId' in error ? error.requestId : undefined;
  return typeof id === 'string' && id !== '' ? text.replaceAll(id, '') : text;
}

/** A row without text, or with bytes beside its columns, is nothing odd to a store that takes all of them. */
const ODDITIES: Readonly<Record<Exclude<OddityKind, 'emptyText' | 'keptContent'>, string>> = {
  notUtf8: 'rows whose content is not UTF-8',
  notJson: 'rows whose content is not JSON',
  notObject: 'rows whose content is no JSON object',
  missingField: 'fields missing',
  wrongType: 'fields of another type than usual',
  inexactNumber: 'numbers too long to be exact in a column',
  illFormedText: 'texts with half a surrogate pair',
  badDatetime: 'rows whose time cannot be read',
};

/** What is worth a line to the miner's owner, and no failure. */
export function notesOf(report: UploadReport): readonly string[] {
  const notes: string[] = [];
  for (const published of publishedOf(report)) {
    const { source, warnings, oddities, rowsUnpublishable, leftOut, retired } = published;
    notes.push(...warnings.map((warning) => `${source}: ${warning}.`));
    if (rowsUnpublishable > 0)
      notes.push(
        `${source}: ${formatCount(rowsUnpublishable)} rows can't be published: a size or time bucket that is no ` +
          'whole number, or over 64 MiB of content.',
      );
    if (leftOut.because === 'retention')
      notes.push(
        `${source}: ${formatCount(leftOut.rows)} rows of ${formatCount(leftOut.hours)} hours are older than retention_days and not published.`,
      );
    if (retired.length > 0)
      notes.push(
        `${source}: ${formatCount(retired.length)} objects (${formatBytes(retired.reduce((sum, { bytes }) => sum + bytes, 0))}) no longer belong to the dataset; --json names them for the owner of the store.`,
      );
    const odd = Object.entries(ODDITIES).flatMap(([kind, what]) => {
      const met = oddities[kind as OddityKind] ?? 0;
      return met > 0 ? [`${formatCount(met)} ${what}`] : [];
    });
    if (odd.length > 0) notes.push(`${source}: published as it is: ${odd.join(', ')}.`);
  }
  for (const { source, rows } of report.unsupported)
    notes.push(
      `Not published: ${formatCount(rows)} rows of source ${String(source)}, which this version does not know.`,
    );
  return notes;
}

/** A line for each source that was published; empty where all failed. */
export function tableOf(report: UploadReport): string {
  if (report.sources.length === 0) return 'The database holds no rows that can be published.\n';
  const published = publishedOf(report);
  if (published.length === 0) return '';
  const changes = [
    count('added', ({ rowsAdded }) => rowsAdded),
    count('replaced', ({ rowsReplaced }) => rowsReplaced),
    count('removed', ({ rowsRemoved }) => rowsRemoved),
  ];
  const source: Column<PublishReport> = { title: 'source', value: (row) => row.source };
  if (report.dryRun)
    return renderTable(
      [
        source,
        count('to send', ({ rowsPublished }) => rowsPublished),
        { title: 'content', align: 'right', value: (row) => formatBytes(row.contentBytes) },
        ...changes,
        { title: 'because of', value: ({ hours }) => reasonsText(hours) },
      ],
      published,
    );
  return renderTable(
    [
      source,
      count('rows sent', ({ rowsPublished }) => rowsPublished),
      ...changes,
      { title: 'sent', align: 'right', value: (row) => formatBytes(row.bytesUploaded) },
      count('published in all', ({ totals }) => totals.rows),
      { title: 'took', align: 'right', value: ({ seconds }) => formatDuration(seconds * 1_000) },
    ],
    published,
  );
}

const REASONS: Readonly<Record<PlanReason, string>> = {
  new: 'new hours',
  changed: 'changed hours',
  unfinished: 'hours not yet compared',
  gone: 'hours that left the database',
  expired: 'hours out of the limits',
  fullScan: 'hours of the full scan',
};

function reasonsText(hours: PublishReport['hours']): string {
  const reasons = Object.entries(REASONS) as [PlanReason, string][];
  const met = reasons.filter(([reason]) => hours[reason] > 0);
  return (
    met.map(([reason, text]) => `${formatCount(hours[reason])} ${text}`).join(', ') || 'nothing'
  );
}

function count(title: string, value: (report: PublishReport) => number): Column<PublishReport> {
  return { title, align: 'right', value: (report) => formatCount(value(report)) };
}
