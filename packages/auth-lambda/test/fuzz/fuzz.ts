import { CanonicalJsonError, canonicalJson } from '@data-universe/core-auth';
import { Refusal } from '../../src/decision/refusal.ts';
import { grantedPrefixes } from '../../src/grant/granted-prefixes.ts';
import { SessionPolicyError, sessionPolicy } from '../../src/grant/session-policy.ts';
import { OLDER_FORMS } from '../../src/wire/older-forms.ts';
import { readClaim } from '../../src/wire/read-claim.ts';
import type { WireInput } from '../../src/wire/wire-input.ts';
import { checkClaim, must, Violation } from './check-claim.ts';
import { checkOperations, checkPresigned } from './check-operations.ts';
import { BUCKET, checkByOracle, checkPolicy } from './check-policy.ts';
import { editFields, makeRequest, textOf } from './make-request.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { Random } from './random.ts';
import { HOSTILE_TEXTS, HOSTILE_VALUES, HOTKEYS } from './words.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly inputs: number;
  readonly corpus: readonly WireInput[];
  readonly progress?: (done: number) => void;
}

export interface FuzzFigures {
  readonly inputs: number;
  /** Requests that were read, by form. */
  readonly claims: Record<string, number>;
  readonly refusals: number;
  /** Hostile scopes that a policy was asked for, and keys that the oracle was asked about. */
  readonly policies: number;
  readonly oracle: number;
  readonly presigned: number;
  readonly canonical: number;
  /** The input that took longest, of many tries the fastest. */
  readonly slowestMilliseconds: number;
  readonly violations: readonly { readonly what: string; readonly input: string }[];
  /** Inputs that were answered as none before them. */
  readonly novel: readonly WireInput[];
}

/** Inputs that grew out of others are kept as long as there are fewer than these. */
const MOST_NOVEL = 1_000;
const SAMPLE = 64;
const SLOW_MS = 5;

interface Run {
  readonly random: Random;
  readonly counts: {
    inputs: number;
    refusals: number;
    policies: number;
    oracle: number;
    presigned: number;
    canonical: number;
  };
  readonly claims: Record<string, number>;
  readonly violations: Array<{ what: string; input: string }>;
  readonly novel: WireInput[];
  readonly corpus: WireInput[];
  readonly seen: Set<string>;
  slowestMilliseconds: number;
}

/** Tries inputs from a seed, always the same ones, and tells what was found. Never throws for what an input does. */
export async function fuzz(options: FuzzOptions): Promise<FuzzFigures> {
  const run: Run = {
    random: new Random(options.seed),
    counts: { inputs: 0, refusals: 0, policies: 0, oracle: 0, presigned: 0, canonical: 0 },
    claims: {},
    violations: [],
    novel: [],
    corpus: [...options.corpus],
    seen: new Set(),
    slowestMilliseconds: 0,
  };
  for (const input of options.corpus) await tryRequest(run, input);
  while (run.counts.inputs < options.inputs) {
    const kind = run.random.below(20);
    if (kind === 0) tryScope(run);
    else if (kind === 1) tryCanonical(run);
    else await tryRequest(run, nextRequest(run));
    if (run.counts.inputs % 100_000 === 0) options.progress?.(run.counts.inputs);
  }
  const { counts, claims, violations, novel, slowestMilliseconds } = run;
  return { ...counts, claims, violations, novel, slowestMilliseconds };
}

function nextRequest({ random, corpus }: Run): WireInput {
  const how = random.below(4);
  if (how === 0 || corpus.length === 0) return makeRequest(random);
  const { body, headers } = random.pick(corpus);
  if (how === 1) return editedFields(random, { body, headers });
  return {
    body: mutateBytes(random, body, random.pick(corpus).body),
    headers: editedHeaders(random, headers),
  };
}

function editedFields(random: Random, input: WireInput): WireInput {
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(input.body).toString());
  } catch {
    return { ...input, body: mutateBytes(random, input.body, input.body) };
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    return makeRequest(random);
  const edited: Record<string, unknown> = { ...fields };
  for (let left = 1 + random.below(3); left > 0; left -= 1) editFields(random, edited);
  return {
    body: Buffer.from(JSON.stringify(edited)),
    headers: editedHeaders(random, input.headers),
  };
}

function editedHeaders(random: Random, headers: WireInput['headers']): WireInput['headers'] {
  if (!random.chance(4)) return headers;
  const edited: Record<string, unknown> = { ...headers };
  editFields(random, edited);
  return Object.fromEntries(Object.entries(edited).map(([name, value]) => [name, textOf(value)]));
}

async function tryRequest(run: Run, input: WireInput): Promise<void> {
  run.counts.inputs += 1;
  const startedAt = performance.now();
  let answer = 'violation';
  try {
    answer = judge(run, input);
    if (answer.endsWith('+') && run.random.chance(8)) await signOperations(run, input);
  } catch (error) {
    note(run, error, { headers: input.headers, body: Buffer.from(input.body).toString('latin1') });
  }
  const took = performance.now() - startedAt;
  // A pause of the whole process is none of the input's.
  run.slowestMilliseconds = Math.max(
    run.slowestMilliseconds,
    took > SLOW_MS ? fastestOfMany(input) : took,
  );
  if (run.seen.has(answer) || run.novel.length >= MOST_NOVEL) return;
  run.seen.add(answer);
  run.corpus.push(input);
  run.novel.push(input);
}

/** Reads a request and holds what comes of it to what it says; returns what kind of answer it was. */
function judge(run: Run, input: WireInput): string {
  try {
    const claim = readClaim(input, OLDER_FORMS);
    run.claims[claim.form] = (run.claims[claim.form] ?? 0) + 1;
    const opened = checkClaim(claim, input);
    const prefixes = grantedPrefixes(claim.scope);
    must(
      prefixes.toSorted().join() === opened.toSorted().join(),
      'the prefixes are those that the input names',
    );
    const { action } = claim.scope;
    const policy = sessionPolicy({ action, bucket: BUCKET, prefixes });
    checkPolicy(policy, action, prefixes);
    if (run.random.chance(SAMPLE)) {
      run.counts.oracle += 1;
      checkByOracle(run.random, policy, action, prefixes);
    }
    checkOperations(claim, prefixes);
    return `${claim.form} ${action} ${prefixes.length}${claim.operations === undefined ? '' : '+'}`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    run.counts.refusals += 1;
    must(
      error.code === 'BadRequest' || error.code === 'TooLarge',
      'parsing refuses as parsing does',
    );
    must(/^[\x20-\x7e]{1,600}$/.test(error.message), 'a message is short and printable');
    // Names and numbers of the input's own make no other kind of answer.
    return error.message.replace(/nrecognized key.*/, '').replaceAll(/\d+/g, '#');
  }
}

async function signOperations(run: Run, input: WireInput): Promise<void> {
  const { operations = [] } = readClaim(input, OLDER_FORMS);
  run.counts.presigned += operations.length;
  await checkPresigned(operations);
}

function fastestOfMany(input: WireInput): number {
  const times = Array.from({ length: 20 }, () => {
    const startedAt = performance.now();
    try {
      readClaim(input, OLDER_FORMS);
    } catch {
      // What it is refused with was judged before.
    }
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

/** A policy for what is no scope, as if the parsing before had let it through. */
function tryScope(run: Run): void {
  const { random } = run;
  run.counts.inputs += 1;
  run.counts.policies += 1;
  const action = random.pick(['upload', 'read'] as const);
  const bucket = random.chance(4) ? `${BUCKET}${random.pick(HOSTILE_TEXTS)}` : BUCKET;
  const prefixes = Array.from({ length: 1 + random.below(3) }, () => {
    const parts = ['data', random.pick(['x', 'reddit', '1']), HOTKEYS[0] ?? ''];
    if (random.chance(2)) parts[random.below(3)] = random.pick([...HOSTILE_TEXTS, ...HOTKEYS]);
    return parts.join('/') + (random.chance(4) ? random.pick(HOSTILE_TEXTS) : '/');
  });
  try {
    const policy = sessionPolicy({ action, bucket, prefixes });
    must(/^[a-z0-9.-]{3,63}$/.test(bucket), 'a bucket has a plain name');
    for (const prefix of prefixes)
      must(
        /^data\/(?:reddit|x|youtube|1|2)\/[1-9A-HJ-NP-Za-km-z]{47,48}\/$/.test(prefix),
        'a prefix is whole',
      );
    checkPolicy(policy, action, prefixes, bucket);
  } catch (error) {
    if (!(error instanceof SessionPolicyError)) note(run, error, { action, bucket, prefixes });
  }
}

function tryCanonical(run: Run): void {
  const { random } = run;
  run.counts.inputs += 1;
  run.counts.canonical += 1;
  const value = anyValue(random, 4);
  try {
    const text = canonicalJson(value);
    must(canonicalJson(JSON.parse(text)) === text, 'canonical JSON is its own canonical form');
  } catch (error) {
    if (!(error instanceof CanonicalJsonError)) note(run, error, value);
  }
}

function anyValue(random: Random, depth: number): unknown {
  const how = random.below(6);
  if (depth === 0 || how === 0) return random.pick(HOSTILE_VALUES);
  if (how === 1) return (random.next() - 2 ** 31) * 10 ** (random.below(40) - 20);
  if (how === 2)
    return String.fromCharCode(
      ...Array.from({ length: random.below(6) }, () => random.below(0x10000)),
    );
  const members = Array.from({ length: random.below(5) }, () => anyValue(random, depth - 1));
  if (how === 3) return members;
  return Object.fromEntries(
    members.map((member) => [random.pick(HOSTILE_TEXTS) + random.below(3), member]),
  );
}

function note(run: Run, error: unknown, input: unknown): void {
  const what = error instanceof Violation ? error.message : `it threw ${String(error)}`;
  run.violations.push({ what, input: JSON.stringify(input) });
}
