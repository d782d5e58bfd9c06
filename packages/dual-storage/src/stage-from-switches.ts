import { StageError } from './stage-error.ts';
import type { Stage } from './stages.ts';

export interface Switches {
  readonly useS3: boolean;
  readonly useHuggingFace: boolean;
}

/**
 * The stage that the two switches of a configuration mean. The stages between are reached by a decision, never by a switch: both
 * switched on is the first of them. Throws StageError NothingEnabled where both are off.
 */
export function stageFromSwitches({ useS3, useHuggingFace }: Switches): Stage {
  if (useS3) return useHuggingFace ? 'dual-write' : 's3-only';
  if (useHuggingFace) return 'huggingface-only';
  throw new StageError(
    'NothingEnabled',
    'neither S3 nor Hugging Face is switched on, so there is nowhere to publish: set use_s3 or use_huggingface to true',
  );
}
