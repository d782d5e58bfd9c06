import type { DataEntity } from '../data-entity.ts';
import { ByteList } from './columns/byte-list.ts';
import { RowView } from './row-view.ts';

/** Entities as row views, one at a time. */
export class EntityViews {
  readonly #bytes = new ByteList(4096);
  readonly #view = new RowView();

  of(entity: DataEntity): RowView {
    const view = this.#view;
    const { label, content } = entity;
    this.#bytes.clear();
    [view.uriStart, view.uriEnd] = this.#append(Buffer.from(entity.uri));
    [view.datetimeStart, view.datetimeEnd] = this.#append(Buffer.from(entity.datetime));
    [view.labelStart, view.labelEnd] = label === null ? [-1, -1] : this.#append(Buffer.from(label));
    [view.contentStart, view.contentEnd] = this.#append(content);
    view.bytes = this.#bytes.bytes;
    view.timeBucketId = entity.timeBucketId;
    view.contentSizeBytes = entity.contentSizeBytes;
    return view;
  }

  #append(bytes: Uint8Array): [start: number, end: number] {
    const start = this.#bytes.length;
    this.#bytes.append(bytes, 0, bytes.byteLength);
    return [start, this.#bytes.length];
  }
}
