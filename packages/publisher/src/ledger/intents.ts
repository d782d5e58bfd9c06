import { sha256Of } from '@data-universe/storage-core';
import type { LedgerDatabase } from './ledger-database.ts';
import { ledgerCorrupt } from './ledger-errors.ts';
import {
  bucketRecord,
  intentRecord,
  type LedgerHead,
  maskRecord,
  type NewIntent,
  type PendingIntent,
  pendingFileRecord,
} from './ledger-records.ts';
import type { Published } from './published.ts';

/** The commit that is under way: written down before anything is sent, applied once the store holds it. */
export class Intents {
  readonly #db: LedgerDatabase;
  readonly #published: Published;

  constructor(db: LedgerDatabase, published: Published) {
    this.#db = db;
    this.#published = published;
  }

  record(intent: NewIntent): void {
    this.#db.transaction(() => {
      this.#db
        .prepare('INSERT INTO intent VALUES (1, ?, ?, ?)')
        .run(intent.sequence, intent.manifest, JSON.stringify(intent.removedFileIds));
      for (const file of intent.files)
        this.#published.insertFile({ ...file, masked: [], liveRows: file.file.rows });
      const mask = this.#db.prepare('INSERT INTO intent_mask VALUES (?, ?)');
      for (const [segment, rows] of intent.masks) mask.run(segment, JSON.stringify(rows));
      const bucket = this.#db.prepare('INSERT INTO intent_bucket VALUES (?, ?)');
      for (const { bucketId, fingerprint } of intent.buckets) bucket.run(bucketId, fingerprint);
    });
  }

  pending(): PendingIntent | undefined {
    return this.#db.run(() => {
      const [intent] = this.#db.all(intentRecord, 'SELECT sequence, manifest, removed FROM intent');
      if (intent === undefined) return undefined;
      const files = this.#db.all(
        pendingFileRecord,
        'SELECT manifest_file, block_list FROM file WHERE pending = 1 ORDER BY id',
      );
      const { sequence, manifest, removed } = intent;
      return { sequence, manifest, files, removedFileIds: removed };
    });
  }

  /** The store holds the manifest of the intent: what it was going to change has changed. */
  commit(): void {
    this.#db.transaction(() => {
      const [intent] = this.#db.all(intentRecord, 'SELECT sequence, manifest, removed FROM intent');
      if (intent === undefined) throw ledgerCorrupt(this.#db.path, 'there is no intent to commit');
      this.#suspectTouchedBuckets();
      const masks = this.#db.all(maskRecord, 'SELECT segment_id, rows FROM intent_mask');
      this.#published.mask(masks.map(({ segment_id: segmentId, rows }) => ({ segmentId, rows })));
      for (const fileId of intent.removed) this.#published.removeFile(fileId);
      this.#db.prepare('UPDATE file SET pending = 0, block_list = NULL WHERE pending = 1').run();
      const buckets = this.#db.all(
        bucketRecord,
        'SELECT bucket_id, fingerprint FROM intent_bucket',
      );
      for (const bucket of buckets) this.#published.saveBucket(bucket);
      const manifestSha256 = sha256Of(intent.manifest);
      const head: LedgerHead = { sequence: intent.sequence, manifestSha256 };
      this.#db.setNote('head', JSON.stringify(head));
      this.#clear();
    });
  }

  /** The intent will not be carried out: as if it had never been. */
  drop(): void {
    this.#db.transaction(() => {
      this.#db
        .prepare('DELETE FROM segment WHERE file_id IN (SELECT id FROM file WHERE pending = 1)')
        .run();
      this.#db.prepare('DELETE FROM file WHERE pending = 1').run();
      this.#clear();
    });
  }

  /** A bucket that this commit changes but does not complete no longer is what its fingerprint says. */
  #suspectTouchedBuckets(): void {
    this.#db
      .prepare(
        `UPDATE bucket SET fingerprint = NULL WHERE bucket_id IN (
         SELECT s.bucket_id FROM intent_mask m JOIN segment s ON s.id = m.segment_id
         UNION SELECT s.bucket_id FROM file f JOIN segment s ON s.file_id = f.id WHERE f.pending = 1)`,
      )
      .run();
  }

  #clear(): void {
    for (const table of ['intent', 'intent_mask', 'intent_bucket'])
      this.#db.prepare(`DELETE FROM ${table}`).run();
  }
}
