// One put in a process of its own, from the built package, for tests that kill or measure it.
import { createHash } from 'node:crypto';
import { FileUploadJournal, S3Backend } from '@data-universe/s3-core';

const { key, mebibytes, journal, settings, ...place } = JSON.parse(process.argv[2]);
const CHUNK = 256 * 1024;
const size = mebibytes * 1024 * 1024 + 77;

/** Bytes that differ everywhere and are never all there. */
const source = {
  size,
  async *stream() {
    for (let at = 0; at < size; at += CHUNK) {
      const chunk = Buffer.alloc(Math.min(CHUNK, size - at), at / CHUNK);
      chunk.writeDoubleLE(at);
      yield chunk;
    }
  },
};

const hash = createHash('sha256');
for await (const chunk of source.stream()) hash.update(chunk);
const sha256 = hash.digest('hex');

const { credentials, ...where } = place;
const backend = new S3Backend({
  ...where,
  ...settings,
  credentials: async () => credentials,
  uploadJournal: journal === undefined ? undefined : new FileUploadJournal(journal),
});
const before = process.memoryUsage.rss();
let peak = before;
const timer = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 10);
const outcome = await backend.put(key, source, { sha256 }).then(
  (receipt) => ({ sha256: receipt.sha256, size: receipt.size }),
  ({ code, retryable }) => ({ code, retryable }),
);
clearInterval(timer);
backend.close();
process.stdout.write(
  `${JSON.stringify({ ...outcome, expected: sha256, growth: peak - before })}\n`,
);
