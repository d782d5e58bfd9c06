import {
  type DataEntity,
  datasetPrefix,
  type LoadDatasetOptions,
  loadDataset,
  openDataFile,
  readEntities,
} from '@data-universe/dataset';
import type { StorageBackend } from '@data-universe/storage-core';

/** Every row that counts of a dataset. */
export async function readDataset(
  store: StorageBackend,
  options: LoadDatasetOptions,
): Promise<DataEntity[]> {
  const { source, hotkey } = options;
  const { files } = await loadDataset(store, options);
  const entities: DataEntity[] = [];
  for (const { file, masked } of files.values()) {
    const opened = await openDataFile(store, datasetPrefix(source, hotkey), file);
    for await (const batch of readEntities(opened, { source, masked }))
      for (const entity of batch) entities.push(entity);
  }
  return entities;
}
