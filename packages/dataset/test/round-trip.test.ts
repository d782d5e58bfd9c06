import { expect, test } from 'vitest';
import { xEntity } from './support/entities.ts';
import { collect, publish } from './support/published.ts';
import { useTemporaryFolder } from './support/temporary-folder.ts';

const folder = useTemporaryFolder();

test('entities come back as they were, over several row groups', async () => {
  const entities = Array.from({ length: 250 }, (_, index) => xEntity(index));
  const published = await publish(folder, entities, { rowsPerGroup: 100 });
  expect(await collect(await published.open(), { source: 'x' })).toEqual(entities);
});
