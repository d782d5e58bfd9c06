import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextStage,
  previousStage,
  type Side,
  STAGE_RULES,
  STAGES,
  type Stage,
} from '../src/index.ts';

interface Expected {
  readonly stage: Stage;
  readonly writes: readonly Side[];
  readonly decides: Side;
  readonly answers: Side;
  readonly fallback?: Side;
  readonly compared?: Side;
  readonly next?: Stage;
}

const expected: readonly Expected[] = [
  {
    stage: 'huggingface-only',
    writes: ['huggingface'],
    decides: 'huggingface',
    answers: 'huggingface',
    next: 'dual-write',
  },
  {
    stage: 'dual-write',
    writes: ['huggingface', 's3'],
    decides: 'huggingface',
    answers: 'huggingface',
    next: 'shadow-read',
  },
  {
    stage: 'shadow-read',
    writes: ['huggingface', 's3'],
    decides: 'huggingface',
    answers: 'huggingface',
    compared: 's3',
    next: 's3-primary',
  },
  {
    stage: 's3-primary',
    writes: ['huggingface', 's3'],
    decides: 's3',
    answers: 's3',
    fallback: 'huggingface',
    compared: 'huggingface',
    next: 's3-only',
  },
  { stage: 's3-only', writes: ['s3'], decides: 's3', answers: 's3' },
];

describe.each(expected)('$stage', ({ stage, next, ...row }) => {
  const rules = STAGE_RULES[stage];

  it(`writes ${row.writes.join(' and ')}, where ${row.decides} decides`, () => {
    expect(rules.writes).toEqual(row.writes);
    expect(rules.decides).toBe(row.decides);
  });

  it(`is answered by ${row.answers}, or else by ${row.fallback ?? 'nobody'}`, () => {
    expect(rules.answers).toBe(row.answers);
    expect(rules.fallback).toBe(row.fallback);
  });

  it(`compares ${row.compared ?? 'nobody'}`, () => {
    expect(rules.compared).toBe(row.compared);
  });

  it(`is followed by ${next ?? 'nothing'}`, () => {
    expect(nextStage(stage)).toBe(next);
  });

  it('decides by a side that it writes', () => {
    expect(rules.writes).toContain(rules.decides);
  });

  it('leaves no side unwritten that it reads', () => {
    for (const side of [rules.answers, rules.fallback, rules.compared]) {
      if (side !== undefined) expect(rules.writes).toContain(side);
    }
  });

  it('neither falls back to nor compares the side that answers', () => {
    expect(rules.fallback).not.toBe(rules.answers);
    expect(rules.compared).not.toBe(rules.answers);
  });

  it('reads what decides, so that a reader sees what a publisher was told', () => {
    expect(rules.answers).toBe(rules.decides);
  });
});

describe('a migration', () => {
  const stage = fc.constantFrom(...STAGES);

  it('begins on Hugging Face alone and ends on S3 alone', () => {
    expect(previousStage('huggingface-only')).toBeUndefined();
    expect(nextStage('s3-only')).toBeUndefined();
  });

  it('goes back the way it came', () => {
    fc.assert(
      fc.property(stage, (at) => {
        const next = nextStage(at);
        const previous = previousStage(at);
        if (next !== undefined) expect(previousStage(next)).toBe(at);
        if (previous !== undefined) expect(nextStage(previous)).toBe(at);
      }),
    );
  });

  it('passes every stage once', () => {
    const passed: Stage[] = [];
    for (let at: Stage | undefined = STAGES[0]; at !== undefined; at = nextStage(at)) {
      passed.push(at);
    }
    expect(passed).toEqual(STAGES);
  });

  it('never makes a side answer, one step on or back, that was not written until then', () => {
    fc.assert(
      fc.property(stage, (at) => {
        for (const neighbour of [nextStage(at), previousStage(at)]) {
          if (neighbour === undefined) continue;
          expect(STAGE_RULES[at].writes).toContain(STAGE_RULES[neighbour].answers);
        }
      }),
    );
  });

  it('lets the other side decide only after a stage that compares it', () => {
    for (const at of STAGES) {
      const next = nextStage(at);
      if (next === undefined || STAGE_RULES[at].decides === STAGE_RULES[next].decides) continue;
      expect(STAGE_RULES[at].compared).toBe(STAGE_RULES[next].decides);
      expect(STAGE_RULES[next].compared).toBe(STAGE_RULES[at].decides);
    }
  });
});
