import type { LocalCloud } from '../../../src/index.ts';

/** A remote `cloud:` that takes its keys from the environment, and never tries to create the bucket. */
export const rcloneConfig = (cloud: LocalCloud) => `[cloud]
type = s3
provider = Other
env_auth = true
region = ${cloud.region}
endpoint = ${cloud.endpoint}
force_path_style = true
no_check_bucket = true
`;
