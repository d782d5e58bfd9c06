import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCorpus } from './corpus.ts';
import { type FuzzFigures, fuzz } from './fuzz.ts';
import { Random } from './random.ts';

const FOLDER = join(import.meta.dirname, '../..');

describe('50,000 made-up requests, scopes and values', () => {
  let figures: FuzzFigures;
  beforeAll(async () => {
    figures = await fuzz({ seed: 4, inputs: 50_000, corpus: readCorpus(FOLDER) });
  });

  test('open nothing but what they name, and are refused in no other way than by a Refusal', () => {
    expect(figures.violations).toEqual([]);
  });

  test('were read in every form, and reached every check', () => {
    const { claims, refusals, policies, oracle, presigned, canonical } = figures;
    for (const form of ['v1', 'first-upload', 'first-read', 'tao-v2'])
      expect(claims[form], form).toBeGreaterThan(100);
    expect(Math.min(refusals, policies, canonical)).toBeGreaterThan(1_000);
    expect(Math.min(oracle, presigned)).toBeGreaterThan(10);
  });
});

test('a seed makes the same inputs every time', async () => {
  const [once, again, other] = [1, 1, 2].map((seed) => new Random(seed));
  const numbers = (random: Random | undefined) => Array.from({ length: 100 }, () => random?.next());
  const first = numbers(once);
  expect(numbers(again)).toEqual(first);
  expect(numbers(other)).not.toEqual(first);
});
