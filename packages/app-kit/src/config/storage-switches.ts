import type { ConfigProblem, Origin } from './config-error.ts';
import type { StorageType } from './schema.ts';

/** A given setting and how strong its origin is: the command line over the environment over the file. */
export interface Given<Value> {
  readonly value: Value;
  readonly rank: number;
  readonly origin: Origin;
}

export interface GivenSwitches {
  readonly type?: Given<StorageType> | undefined;
  readonly useS3?: Given<boolean> | undefined;
  readonly useHuggingFace?: Given<boolean> | undefined;
}

/** A setting in force, and what made it so: its own origin, or that of the setting it follows. */
interface Decided<Value> {
  readonly value: Value;
  readonly origin: Origin;
}

export interface Switches {
  readonly type: Decided<StorageType>;
  readonly useS3: Decided<boolean>;
  readonly useHuggingFace: Decided<boolean>;
}

const DEFAULT: Origin = { kind: 'default' };

interface Side {
  readonly key: string;
  readonly given: Given<boolean> | undefined;
  readonly byType: boolean;
}

/**
 * Brings `type` and its two switches together. `dual` may be narrowed by a switch; otherwise a switch must agree with the type,
 * unless it comes from a stronger origin, and then the switch wins.
 */
export function resolveSwitches(given: GivenSwitches): Switches | ConfigProblem[] {
  const type = given.type?.value ?? 's3';
  const s3: Side = { key: 'use_s3', given: given.useS3, byType: type !== 'huggingface' };
  const huggingFace: Side = {
    key: 'use_huggingface',
    given: given.useHuggingFace,
    byType: type !== 's3',
  };
  const problems = [s3, huggingFace].flatMap((side) => contradiction(given.type, side));
  if (problems.length > 0) return problems;

  const useS3 = inForce(given.type, s3);
  const useHuggingFace = inForce(given.type, huggingFace);
  if (!useS3.value && !useHuggingFace.value) return [nowhere(given)];
  const effective = useS3.value ? (useHuggingFace.value ? 'dual' : 's3') : 'huggingface';
  const byType = given.type?.origin ?? DEFAULT;
  // Where the type does not say so itself, a switch has changed it.
  const changed = [useS3, useHuggingFace].find(({ origin }) => origin !== byType);
  const origin = type === effective ? byType : (changed?.origin ?? byType);
  return { type: { value: effective, origin }, useS3, useHuggingFace };
}

function contradiction(type: Given<StorageType> | undefined, side: Side): ConfigProblem[] {
  const { given, byType, key } = side;
  if (type === undefined || given === undefined || given.value === byType) return [];
  if (given.rank !== type.rank || (type.value === 'dual' && !given.value)) return [];
  return [
    {
      key: `storage.${key}`,
      origin: given.origin,
      message: `${given.value} contradicts storage.type: ${type.value}. Remove ${key}, or write ${remedy(type.value, given.value)}`,
    },
  ];
}

function remedy(type: StorageType, wanted: boolean): string {
  if (wanted) return 'type: dual to publish to both';
  return type === 's3' ? 'type: huggingface' : 'type: s3';
}

/** The stronger of the two speaks; at the same strength the switch, being the more specific. */
function inForce(type: Given<StorageType> | undefined, { given, byType }: Side): Decided<boolean> {
  const bySwitch = given !== undefined && (type === undefined || given.rank >= type.rank);
  return bySwitch ? given : { value: byType, origin: type?.origin ?? DEFAULT };
}

function nowhere({ useS3, useHuggingFace, type }: GivenSwitches): ConfigProblem {
  const origin = (useS3 ?? useHuggingFace ?? type)?.origin ?? DEFAULT;
  return {
    key: 'storage',
    origin,
    message:
      'neither S3 nor Hugging Face is switched on, so nothing would be published. Set use_s3: true or use_huggingface: true',
  };
}
