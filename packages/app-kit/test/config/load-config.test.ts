import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, requireS3Settings } from '../../src/index.ts';
import { load, loadError } from '../support/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const OPERATORS_FILE = `network: finney
netuid: 13
wallet: { name: default, hotkey: default, path: ~/.bittensor/wallets }
database: SqliteMinerStorage.sqlite
storage:
  type: "dual"            # s3 | huggingface | dual
  use_s3: true
  use_huggingface: true   # false: S3 alone
  s3:
    bucket_name: "data-universe-storage"
    region: "us-east-1"
    auth_endpoint: "https://your-api-gateway-url.amazonaws.com/auth"
    endpoint_url: null    # for S3-compatible stores
`;

const DEFAULT_STORE_SETTINGS = {
  path_style: null,
  ca_file: null,
  checksum_mode: 'when-supported',
  conditional_writes: true,
  verify_after_put: 'read-back-unless-confirmed',
  part_size_mib: null,
  parts_at_once: 4,
  max_connections: 50,
  connect_timeout_seconds: 10,
  idle_timeout_seconds: 30,
  call_timeout_seconds: null,
};

const DEFAULT_PUBLISHING = {
  interval_minutes: 60,
  merge_small_files: true,
  retention_days: null,
  max_rows: null,
  max_content_bytes: null,
  max_bytes_per_second: null,
  concurrent_uploads: 4,
  metrics_file: null,
};

describe('loadConfig', () => {
  it('reads the file that operators have', async () => {
    const { config } = await load({ yaml: OPERATORS_FILE });
    expect(config).toEqual({
      network: 'finney',
      netuid: 13,
      wallet: { name: 'default', hotkey: 'default', path: '/home/miner/.bittensor/wallets' },
      database: expect.stringMatching(/^\/.*\/SqliteMinerStorage\.sqlite$/),
      state_directory: '/home/miner/.data-universe-storage',
      storage: {
        type: 'dual',
        use_s3: true,
        use_huggingface: true,
        deleted_rows: 'mirror',
        s3: {
          bucket_name: 'data-universe-storage',
          region: 'us-east-1',
          auth_endpoint: 'https://your-api-gateway-url.amazonaws.com/auth',
          endpoint_url: null,
          store_settings: DEFAULT_STORE_SETTINGS,
        },
      },
      publishing: DEFAULT_PUBLISHING,
    });
  });

  it.each(['', '# nothing yet\n', '---\n', '\uFEFFnetwork: finney\n'])(
    'takes the defaults where %j leaves settings out',
    async (yaml) => {
      const { config } = await load({ yaml });
      const { config: without } = await load({});
      expect({ ...config, database: '' }).toEqual({ ...without, database: '' });
    },
  );

  it('takes the home folder in the path of the metrics too', async () => {
    const { config } = await load({ yaml: 'publishing: { metrics_file: ~/miner.prom }\n' });
    expect(config.publishing.metrics_file).toBe('/home/miner/miner.prom');
  });

  it('works without any file', async () => {
    const { config, file } = await load({});
    expect(file).toBeUndefined();
    expect(config.storage).toEqual({
      type: 's3',
      use_s3: true,
      use_huggingface: false,
      deleted_rows: 'mirror',
      s3: {
        bucket_name: null,
        region: null,
        auth_endpoint: null,
        endpoint_url: null,
        store_settings: DEFAULT_STORE_SETTINGS,
      },
    });
  });

  it('takes relative paths from the working directory and ~ from HOME', async () => {
    const directory = await temporaryFolder();
    await mkdir(join(directory, 'etc'));
    await writeFile(join(directory, 'etc', 'miner.yaml'), 'database: db/posts.sqlite\n');
    const config = await loadConfig({
      path: 'etc/miner.yaml',
      directory,
      env: { HOME: '/home/miner' },
      overrides: { state_directory: '~' },
    });
    expect(config.database).toBe(join(directory, 'db', 'posts.sqlite'));
    expect(config.state_directory).toBe('/home/miner');
  });

  it("takes the user's home folder where HOME is not set", async () => {
    const directory = await temporaryFolder();
    const config = await loadConfig({ env: {}, directory });
    expect(config.wallet.path).toBe(join(homedir(), '.bittensor', 'wallets'));
  });

  it('reads the current directory unless told otherwise', async () => {
    const config = await loadConfig({ env: {}, overrides: { database: 'posts.sqlite' } });
    expect(config.database).toBe(join(process.cwd(), 'posts.sqlite'));
  });

  it.each([
    'http://127.0.0.1:8080/auth',
    'http://localhost/auth',
    'http://[::1]:9000/auth',
    'https://auth.example/',
  ])('accepts the credential service %s', async (url) => {
    const { config } = await load({ overrides: { storage: { s3: { auth_endpoint: url } } } });
    expect(requireS3Settings(config).auth_endpoint).toBe(url);
  });

  it.each(['http://auth.example', 'http://auth.localhost:3000', 'http://127.0.0.1.example'])(
    'refuses the credential service %s, which a network could answer for',
    async (url) => {
      const loading = load({ overrides: { storage: { s3: { auth_endpoint: url } } } });
      await expect(loading).rejects.toMatchObject({ name: 'ConfigError' });
    },
  );
});

describe('a configuration file that cannot be read', () => {
  const env = {};

  it('is an error where it was named and is not there', async () => {
    const directory = await temporaryFolder();
    await expect(loadConfig({ path: 'miner.yaml', env, directory })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'ConfigMissing',
      retryable: false,
      message: 'there is no configuration file miner.yaml: check the path given by --config',
    });
  });

  it('is an error where it is a folder', async () => {
    const directory = await temporaryFolder();
    await mkdir(join(directory, 'data-universe.yaml'));
    await expect(loadConfig({ env, directory })).rejects.toMatchObject({
      code: 'ConfigUnreadable',
      message: expect.stringContaining('it is a folder'),
    });
  });

  it('is an error where its path leads through a file', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'miner'), '');
    await expect(loadConfig({ path: 'miner/a.yaml', env, directory })).rejects.toMatchObject({
      code: 'ConfigUnreadable',
      message: expect.stringContaining('a part of its path is no folder'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('is an error where permission lacks', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'data-universe.yaml'), '');
    await chmod(join(directory, 'data-universe.yaml'), 0);
    await expect(loadConfig({ env, directory })).rejects.toMatchObject({
      code: 'ConfigUnreadable',
      message: expect.stringContaining('check its permissions'),
    });
  });

  it('is an error where it is not UTF-8', async () => {
    const error = await loadError({ yaml: new Uint8Array([0x6e, 0xff, 0xfe]) });
    expect(error).toMatchObject({
      code: 'ConfigUnreadable',
      message: expect.stringContaining('not UTF-8'),
    });
  });
});

describe('requireS3Settings', () => {
  it('names the missing credential service', async () => {
    const { config } = await load({});
    expect(() => requireS3Settings(config)).toThrow(/auth_endpoint is not set.*DATA_UNIVERSE_S3/);
  });

  it('refuses where S3 is switched off', async () => {
    const { config } = await load({ overrides: { storage: { type: 'huggingface' } } });
    expect(() => requireS3Settings(config)).toThrow(/S3 is switched off/);
  });
});
