import { describe, expect, it } from 'vitest';
import { originText, renderSettings } from '../../src/index.ts';
import { load, loadError } from '../support/load.ts';

const origins = async (given: Parameters<typeof load>[0]): Promise<Record<string, string>> => {
  const { settings } = await load(given);
  return Object.fromEntries(settings.map(({ key, origin }) => [key, originText(origin)]));
};

describe('which origin of a setting wins', () => {
  const yaml = 'storage:\n  s3:\n    region: from-file\n    bucket_name: from-file\n';

  it('is the environment over the file', async () => {
    const { config } = await load({ yaml, env: { DATA_UNIVERSE_S3_REGION: 'from-env' } });
    expect(config.storage.s3).toMatchObject({ region: 'from-env', bucket_name: 'from-file' });
  });

  it('is the command line over the environment', async () => {
    const { config } = await load({
      yaml,
      env: { DATA_UNIVERSE_S3_REGION: 'from-env', DATA_UNIVERSE_S3_BUCKET: 'from-env' },
      overrides: { storage: { s3: { region: 'from-option', bucket_name: undefined } } },
    });
    expect(config.storage.s3).toMatchObject({ region: 'from-option', bucket_name: 'from-env' });
  });

  it('is the newer name of a variable over its older one', async () => {
    const older = { DATA_UNIVERSE_AUTH_ENDPOINT: 'https://old.example/auth' };
    const newer = { DATA_UNIVERSE_S3_AUTH_ENDPOINT: 'https://new.example/auth' };
    expect((await load({ env: older })).config.storage.s3.auth_endpoint).toContain('old');
    expect((await load({ env: { ...older, ...newer } })).config.storage.s3.auth_endpoint).toContain(
      'new',
    );
  });

  it('is the file where a variable is set but empty', async () => {
    const { config } = await load({ yaml, env: { DATA_UNIVERSE_S3_REGION: '' } });
    expect(config.storage.s3.region).toBe('from-file');
  });

  it('is shown for each setting', async () => {
    const shown = await origins({
      yaml: `netuid: 14\n${yaml}`,
      env: { DATA_UNIVERSE_S3_REGION: 'from-env' },
      overrides: { network: 'test' },
    });
    expect(shown).toMatchObject({
      network: 'command line',
      netuid: 'data-universe.yaml:1:1',
      database: 'default',
      'storage.s3.region': 'DATA_UNIVERSE_S3_REGION (environment)',
      'storage.s3.bucket_name': 'data-universe.yaml:5:5',
    });
  });
});

describe('the origin of where data is published', () => {
  const yaml = 'storage:\n  type: dual\n';

  it('is the type where the switches follow it', async () => {
    expect(await origins({ yaml })).toMatchObject({
      'storage.type': 'data-universe.yaml:2:3',
      'storage.use_s3': 'data-universe.yaml:2:3',
      'storage.use_huggingface': 'data-universe.yaml:2:3',
    });
  });

  it('is the switch that narrows or widens the type', async () => {
    const env = { DATA_UNIVERSE_USE_HF: 'no' };
    expect(await origins({ yaml, env })).toMatchObject({
      'storage.type': 'DATA_UNIVERSE_USE_HF (environment)',
      'storage.use_s3': 'data-universe.yaml:2:3',
      'storage.use_huggingface': 'DATA_UNIVERSE_USE_HF (environment)',
    });
    expect(await origins({ yaml: 'storage:\n  use_huggingface: true\n' })).toMatchObject({
      'storage.type': 'data-universe.yaml:2:3',
      'storage.use_s3': 'default',
    });
  });
});

it('the settings in force are shown with their origins', async () => {
  const { settings } = await load({
    yaml: 'netuid: 14\n',
    env: { DATA_UNIVERSE_S3_REGION: 'eu-west-1' },
  });
  const lines = renderSettings(settings).split('\n');
  expect(lines[0]).toMatch(/^setting +value +from$/);
  expect(lines).toContainEqual(expect.stringMatching(/^netuid +14 +data-universe\.yaml:1:1$/));
  expect(lines).toContainEqual(expect.stringMatching(/^storage\.type +s3 +default$/));
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^storage\.s3\.region +eu-west-1 +DATA_UNIVERSE_S3_REGION \(environment\)$/,
    ),
  );
});

describe('a switch of the environment', () => {
  it.each([
    ['true', true],
    ['TRUE', true],
    ['1', true],
    [' yes ', true],
    ['false', false],
    ['0', false],
    ['No', false],
  ])('reads %j as %s', async (text, value) => {
    const { config } = await load({
      yaml: 'storage: { type: dual }\n',
      env: { DATA_UNIVERSE_USE_HF: text },
    });
    expect(config.storage.use_huggingface).toBe(value);
    expect(config.storage.type).toBe(value ? 'dual' : 's3');
  });

  it.each(['on', '2', 'truee'])('refuses %j and names the variable', async (text) => {
    const error = await loadError({ env: { DATA_UNIVERSE_USE_S3: text } });
    expect(error.problems).toEqual([
      {
        key: 'storage.use_s3',
        origin: { kind: 'environment', variable: 'DATA_UNIVERSE_USE_S3' },
        message: `expected true or false (or 1, 0, yes, no), found "${text}"`,
      },
    ]);
  });
});
