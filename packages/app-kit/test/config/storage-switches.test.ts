import { describe, expect, it } from 'vitest';
import { load, problemLines } from '../support/load.ts';

const file = (type?: string, s3?: boolean, huggingFace?: boolean): string => {
  const lines = [
    ...(type === undefined ? [] : [`  type: ${type}`]),
    ...(s3 === undefined ? [] : [`  use_s3: ${s3}`]),
    ...(huggingFace === undefined ? [] : [`  use_huggingface: ${huggingFace}`]),
  ];
  return lines.length === 0 ? '' : `storage:\n${lines.join('\n')}\n`;
};

const UNSET = undefined;

describe('where data is published', () => {
  it.each([
    [UNSET, UNSET, UNSET, 's3'],
    [UNSET, true, UNSET, 's3'],
    [UNSET, UNSET, true, 'dual'],
    [UNSET, false, true, 'huggingface'],
    ['s3', UNSET, UNSET, 's3'],
    ['s3', true, false, 's3'],
    ['huggingface', UNSET, UNSET, 'huggingface'],
    ['huggingface', false, true, 'huggingface'],
    ['dual', UNSET, UNSET, 'dual'],
    ['dual', true, true, 'dual'],
    ['dual', true, false, 's3'],
    ['dual', false, UNSET, 'huggingface'],
  ])('type %s, use_s3 %s, use_huggingface %s is %s', async (type, s3, huggingFace, expected) => {
    const { storage } = (await load({ yaml: file(type, s3, huggingFace) })).config;
    expect(storage).toMatchObject({
      type: expected,
      use_s3: expected !== 'huggingface',
      use_huggingface: expected !== 's3',
    });
  });

  it.each([
    [
      's3',
      UNSET,
      true,
      ':3:3: storage.use_huggingface: true contradicts storage.type: s3. Remove use_huggingface, or write type: dual to publish to both',
    ],
    [
      's3',
      false,
      UNSET,
      ':3:3: storage.use_s3: false contradicts storage.type: s3. Remove use_s3, or write type: huggingface',
    ],
    [
      'huggingface',
      true,
      UNSET,
      ':3:3: storage.use_s3: true contradicts storage.type: huggingface. Remove use_s3, or write type: dual to publish to both',
    ],
    [
      'huggingface',
      UNSET,
      false,
      ':3:3: storage.use_huggingface: false contradicts storage.type: huggingface. Remove use_huggingface, or write type: s3',
    ],
    [
      UNSET,
      false,
      UNSET,
      ':2:3: storage: neither S3 nor Hugging Face is switched on, so nothing would be published. Set use_s3: true or use_huggingface: true',
    ],
    [
      'dual',
      false,
      false,
      ':3:3: storage: neither S3 nor Hugging Face is switched on, so nothing would be published. Set use_s3: true or use_huggingface: true',
    ],
  ])('type %s, use_s3 %s, use_huggingface %s is refused', async (type, s3, huggingFace, line) => {
    expect(await problemLines({ yaml: file(type, s3, huggingFace) })).toEqual([
      `data-universe.yaml${line}`,
    ]);
  });

  it('both switches against the type are both named', async () => {
    expect(await problemLines({ yaml: file('s3', false, true) })).toHaveLength(2);
  });

  it('a switch of the environment wins over the type of the file', async () => {
    const { storage } = (await load({ yaml: file('s3'), env: { DATA_UNIVERSE_USE_HF: 'true' } }))
      .config;
    expect(storage).toMatchObject({ type: 'dual', use_s3: true, use_huggingface: true });
  });

  it('a type of the command line wins over a switch of the environment', async () => {
    const { storage } = (
      await load({
        env: { DATA_UNIVERSE_USE_S3: 'true' },
        overrides: { storage: { type: 'huggingface' } },
      })
    ).config;
    expect(storage).toMatchObject({ type: 'huggingface', use_s3: false, use_huggingface: true });
  });

  it('names the variable that switches the last side off', async () => {
    expect(await problemLines({ env: { DATA_UNIVERSE_USE_S3: '0' } })).toEqual([
      'DATA_UNIVERSE_USE_S3 (environment): storage: neither S3 nor Hugging Face is switched on, so nothing would be published. Set use_s3: true or use_huggingface: true',
    ]);
  });
});
