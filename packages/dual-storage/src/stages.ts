/** The two places a dataset may live in. */
export type Side = 'huggingface' | 's3';

export const STAGES = [
  'huggingface-only',
  'dual-write',
  'shadow-read',
  's3-primary',
  's3-only',
] as const;

/** How far a migration from Hugging Face to S3 has come. */
export type Stage = (typeof STAGES)[number];

export interface StageRules {
  /** Every side that a publication goes to. */
  readonly writes: readonly Side[];
  /** The side whose result is the result of a publication. */
  readonly decides: Side;
  /** The side that answers readers. */
  readonly answers: Side;
  /** The side that answers where the first one can't. */
  readonly fallback: Side | undefined;
  /** The side that is read in the shadow of an answer, and compared with it. */
  readonly compared: Side | undefined;
}

const BOTH: readonly Side[] = ['huggingface', 's3'];

/**
 * The migration as one table. A side whose parity is yet to be proved is compared and never answers; the side that is being left
 * goes on being written and compared until the last step, so that going back loses nothing.
 */
export const STAGE_RULES: Readonly<Record<Stage, StageRules>> = {
  'huggingface-only': {
    writes: ['huggingface'],
    decides: 'huggingface',
    answers: 'huggingface',
    fallback: undefined,
    compared: undefined,
  },
  'dual-write': {
    writes: BOTH,
    decides: 'huggingface',
    answers: 'huggingface',
    fallback: undefined,
    compared: undefined,
  },
  'shadow-read': {
    writes: BOTH,
    decides: 'huggingface',
    answers: 'huggingface',
    fallback: undefined,
    compared: 's3',
  },
  's3-primary': {
    writes: BOTH,
    decides: 's3',
    answers: 's3',
    fallback: 'huggingface',
    compared: 'huggingface',
  },
  's3-only': {
    writes: ['s3'],
    decides: 's3',
    answers: 's3',
    fallback: undefined,
    compared: undefined,
  },
};

/** One stage on; undefined after the last. */
export function nextStage(stage: Stage): Stage | undefined {
  return STAGES[STAGES.indexOf(stage) + 1];
}

/** One stage back; undefined before the first. */
export function previousStage(stage: Stage): Stage | undefined {
  return STAGES[STAGES.indexOf(stage) - 1];
}
