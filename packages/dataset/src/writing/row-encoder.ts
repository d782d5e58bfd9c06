import type { DataEntity } from '../data-entity.ts';
import type { OddityCounts } from '../oddities.ts';
import type { Column } from '../schema/columns.ts';
import type { Cell } from './content.ts';

/** How a profile makes a row of an entity. */
export interface RowEncoder {
  readonly columns: readonly Column[];
  /** One cell a column; undefined for an entity that has no place in this profile. */
  encode(entity: DataEntity, moment: Moment, oddities: OddityCounts): readonly Cell[] | undefined;
}

/** Microseconds since 1970, undefined where the entity's datetime names no moment. */
export type Moment = bigint | undefined;
