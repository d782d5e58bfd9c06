import type { S3ValidatorStorage } from '@data-universe/s3-validator';
import type { PrivateNetwork } from '../private-network.ts';

interface AttackContext {
  readonly network: PrivateNetwork;
  /** A validator that reads as honest ones do. */
  readonly reader: S3ValidatorStorage;
}

export interface AttackResult {
  readonly refused: boolean;
  /** The answer the attacker got. */
  readonly answer: string;
}

export interface Attack {
  readonly name: string;
  run(context: AttackContext): Promise<AttackResult>;
}
