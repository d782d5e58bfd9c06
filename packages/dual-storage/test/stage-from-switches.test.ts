import { describe, expect, it } from 'vitest';
import { StageError, stageFromSwitches } from '../src/index.ts';

describe('stageFromSwitches', () => {
  it.each([
    [true, true, 'dual-write'],
    [true, false, 's3-only'],
    [false, true, 'huggingface-only'],
  ])('S3 %s and Hugging Face %s is %s', (useS3, useHuggingFace, stage) => {
    expect(stageFromSwitches({ useS3, useHuggingFace })).toBe(stage);
  });

  it('refuses to publish nowhere', () => {
    const call = () => stageFromSwitches({ useS3: false, useHuggingFace: false });
    expect(call).toThrow(StageError);
    expect(call).toThrow(
      expect.objectContaining({
        code: 'NothingEnabled',
        retryable: false,
        message: expect.stringContaining('set use_s3 or use_huggingface to true'),
      }),
    );
  });
});
