import { IntegrityError, SOURCE_NAMES } from '@data-universe/dataset';
import { S3Backend } from '@data-universe/s3-core';
import { bytesSource, readAll, sha256Of } from '@data-universe/storage-core';
import type { Attack } from './attack.ts';

/** The bucket's owner, who may do everything, changes one bit of a published file. */
export const alteredBytes: Attack = {
  name: 'bytes altered in the bucket by its owner',
  async run({ network, reader }) {
    const { cloud, miners } = network;
    const minerHotkey = miners[0].address;
    const owner = new S3Backend({
      bucket: cloud.bucket,
      region: cloud.region,
      endpoint: cloud.endpoint,
      credentials: async () => cloud.admin,
    });
    try {
      const [file] = await reader.readMinerFiles(minerHotkey);
      if (file === undefined) return { refused: false, answer: 'there was no file to alter' };
      const bytes = await readAll((await owner.get(file.key)).body);
      const middle = bytes.byteLength >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await owner.put(file.key, bytesSource(bytes), {
        sha256: sha256Of(bytes),
        ifExists: 'replace',
      });
      for (const source of SOURCE_NAMES) {
        for await (const _ of reader.streamMinerData({ minerHotkey, source }));
      }
      return { refused: false, answer: 'the altered file was read as if nothing had happened' };
    } catch (error) {
      if (error instanceof IntegrityError) return { refused: true, answer: error.message };
      throw error;
    } finally {
      owner.close();
    }
  },
};
