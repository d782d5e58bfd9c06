import { datasetPrefix, loadDataset, openDataFile, readEntities } from '@data-universe/dataset';
import { FileSystemBackend } from '@data-universe/storage-core';
import { IDENTITY } from '../dataset-identity.ts';
import type { Task } from '../measure/task.ts';
import { storeIn } from './store-in.ts';

/** As a validator reads everything: manifest, footers and pages, each block held to the signature. */
export const verifiedTask: Task = async ({ prepared, units }) => {
  const backend = new FileSystemBackend({ directory: storeIn(prepared) });
  const { source, hotkey } = IDENTITY;
  return async () => {
    let rows = 0;
    let bytes = 0;
    const { files } = await loadDataset(backend, IDENTITY);
    for (const { file, masked } of files.values()) {
      const opened = await openDataFile(backend, datasetPrefix(source, hotkey), file);
      for await (const entities of readEntities(opened, { source, masked })) {
        rows += entities.length;
        for (const { content } of entities) bytes += content.byteLength;
      }
    }
    if (rows !== units) throw new Error(`read ${rows} of ${units} rows`);
    return { units, bytes };
  };
};
