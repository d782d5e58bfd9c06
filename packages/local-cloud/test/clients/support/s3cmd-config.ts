import type { LocalCloud } from '../../../src/index.ts';

/** No keys: with them in a file, s3cmd asks the machine's metadata service for newer ones before each request. */
export const s3cmdConfig = (cloud: LocalCloud) => {
  const { host } = new URL(cloud.endpoint);
  return `[default]
host_base = ${host}
host_bucket = ${host}
use_https = False
bucket_location = ${cloud.region}
multipart_chunk_size_mb = 5
`;
};
