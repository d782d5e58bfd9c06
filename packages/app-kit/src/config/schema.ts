import { z } from 'zod';
import { publishingSchema } from './publishing-schema.ts';
import {
  bucketName,
  FILE_NAME_EXPECTED,
  fileName,
  groups,
  networkName,
  PATH_EXPECTED,
  path,
  regionName,
  safeUrl,
  settings,
  URL_EXPECTED,
} from './rules.ts';
import { storeSettingsSchema } from './store-settings-schema.ts';

const walletSchema = z
  .strictObject({
    name: fileName.default('default').register(settings, {
      description: 'Name of the btcli wallet (the coldkey).',
      expected: FILE_NAME_EXPECTED,
    }),
    hotkey: fileName.default('default').register(settings, {
      description: 'Name of the hotkey within that wallet; it signs what is published.',
      expected: FILE_NAME_EXPECTED,
    }),
    path: path.default('~/.bittensor/wallets').register(settings, {
      description: 'Folder of the btcli wallets.',
      expected: PATH_EXPECTED,
    }),
  })
  .register(groups, { expected: 'a mapping with name, hotkey and path' });

const s3Schema = z
  .strictObject({
    bucket_name: bucketName
      .nullable()
      .default(null)
      .register(settings, {
        description:
          'Bucket to insist on: credentials for another one are refused. `null`: the bucket that the credential service names.',
        expected: 'a bucket name (3 to 63 lower-case letters, digits, dots and hyphens) or null',
        variables: ['DATA_UNIVERSE_S3_BUCKET'],
      }),
    region: regionName
      .nullable()
      .default(null)
      .register(settings, {
        description: 'Region of the bucket. `null`: as the credential service says.',
        expected: 'a region, such as "us-east-1", or null',
        variables: ['DATA_UNIVERSE_S3_REGION'],
      }),
    auth_endpoint: safeUrl
      .nullable()
      .default(null)
      .register(settings, {
        description:
          'URL of the credential service, exactly as its operator publishes it: requests are signed for this URL. Needed as soon as S3 is used.',
        expected: URL_EXPECTED,
        variables: ['DATA_UNIVERSE_S3_AUTH_ENDPOINT', 'DATA_UNIVERSE_AUTH_ENDPOINT'],
      }),
    endpoint_url: safeUrl
      .nullable()
      .default(null)
      .register(settings, {
        description:
          'Endpoint of an S3-compatible store. `null`: as the credential service says, which for AWS is AWS itself.',
        expected: `${URL_EXPECTED}, or null`,
      }),
    store_settings: storeSettingsSchema.prefault({}),
  })
  .register(groups, {
    expected: 'a mapping with bucket_name, region, auth_endpoint, endpoint_url and store_settings',
  });

const STORAGE_TYPES = ['s3', 'huggingface', 'dual'] as const;
export type StorageType = (typeof STORAGE_TYPES)[number];

const storageSchema = z
  .strictObject({
    type: z.enum(STORAGE_TYPES).optional().register(settings, {
      description:
        'Where data is published: `s3`, `huggingface`, or `dual` for both. With `dual` either switch below turns its side off.',
      expected: 's3, huggingface or dual',
    }),
    use_s3: z
      .boolean()
      .optional()
      .register(settings, {
        description: 'Publish to S3. Left out: as `storage.type` says.',
        expected: 'true or false',
        variables: ['DATA_UNIVERSE_USE_S3'],
      }),
    use_huggingface: z
      .boolean()
      .optional()
      .register(settings, {
        description: 'Publish to Hugging Face. Left out: as `storage.type` says.',
        expected: 'true or false',
        variables: ['DATA_UNIVERSE_USE_HF'],
      }),
    deleted_rows: z.enum(['mirror', 'keep']).default('mirror').register(settings, {
      description:
        'What becomes of a published row that is deleted from the database: `mirror` takes it out of the published dataset, `keep` leaves it there.',
      expected: 'mirror or keep',
    }),
    s3: s3Schema.prefault({}),
  })
  .register(groups, {
    expected: 'a mapping with type, use_s3, use_huggingface, deleted_rows and s3',
  });

/** One layer of settings (a file, the environment, the command line): every key may be left out. */
export const layerSchema = z
  .strictObject({
    network: networkName.default('finney').register(settings, {
      description: 'Bittensor network. It is part of every signed request.',
      expected: 'a network name in lower-case letters, digits and hyphens, such as "finney"',
    }),
    netuid: z.int().min(0).max(65_535).default(13).register(settings, {
      description: 'Number of the subnet; Data Universe is 13 on finney.',
      expected: 'a whole number from 0 to 65535',
    }),
    wallet: walletSchema.prefault({}),
    database: path.default('SqliteMinerStorage.sqlite').register(settings, {
      description: "The miner's SQLite database; it is only ever read.",
      expected: PATH_EXPECTED,
    }),
    state_directory: path.default('~/.data-universe-storage').register(settings, {
      description:
        'Folder for what the programs remember between runs (what has been published) and for files on their way.',
      expected: PATH_EXPECTED,
    }),
    storage: storageSchema.prefault({}),
    publishing: publishingSchema.prefault({}),
  })
  .register(groups, { expected: 'a mapping of settings, such as "network: finney"' });

/** Settings as they may be given: each key optional. */
export type ConfigInput = z.input<typeof layerSchema>;
type LayerOutput = z.output<typeof layerSchema>;

/** The settings in force: complete, paths absolute, `storage.type` and its two switches in agreement. */
export interface Config extends Omit<LayerOutput, 'storage'> {
  readonly storage: Omit<LayerOutput['storage'], 'type' | 'use_s3' | 'use_huggingface'> & {
    readonly type: StorageType;
    readonly use_s3: boolean;
    readonly use_huggingface: boolean;
  };
}
