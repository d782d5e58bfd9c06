import {
  type AccessRequest,
  type HotkeyAddress,
  isHotkeyAddress,
} from '@data-universe/core-auth/protocol';
import type { Clock } from '../../decision/clock.ts';
import type { LeverControl, LeverNote, LeversShown } from '../lever-control.ts';
import { type OwnerLevers, PAUSED_ACTIONS, type PausedActions } from '../owner-levers.ts';
import type { Item } from './dynamo-answer.ts';
import type { DynamoTable } from './dynamo-table.ts';

const DENY = 'deny#';
const PAUSE = 'pause#';

interface KnownPause {
  readonly paused: boolean;
  readonly askedAt: number;
}

/** The levers of all instances: an item that is there is a lever that is down, whatever else stands in it. */
export class DynamoLevers implements OwnerLevers, LeverControl {
  readonly #table: DynamoTable;
  readonly #clock: Clock;
  readonly #pauseCacheMs: number;
  readonly #pauses = new Map<PausedActions, KnownPause>();

  constructor(table: DynamoTable, clock: Clock, pauseCacheMs: number) {
    this.#table = table;
    this.#clock = clock;
    this.#pauseCacheMs = pauseCacheMs;
  }

  async isPaused(action: AccessRequest['action'], signal?: AbortSignal): Promise<boolean> {
    const both = [this.#isPaused('all', signal), this.#isPaused(action, signal)];
    return (await Promise.all(both)).includes(true);
  }

  async isDenied(hotkey: HotkeyAddress, signal?: AbortSignal): Promise<boolean> {
    return (await this.#table.get(`${DENY}${hotkey}`, signal)) !== undefined;
  }

  deny(hotkey: HotkeyAddress, reason?: string): Promise<boolean> {
    return this.#down(`${DENY}${hotkey}`, reason);
  }

  allow(hotkey: HotkeyAddress): Promise<boolean> {
    return this.#table.delete(`${DENY}${hotkey}`);
  }

  pause(actions: PausedActions, reason?: string): Promise<boolean> {
    return this.#down(`${PAUSE}${actions}`, reason);
  }

  resume(actions: PausedActions): Promise<boolean> {
    return this.#table.delete(`${PAUSE}${actions}`);
  }

  async show(): Promise<LeversShown> {
    const paused: LeversShown['paused'][number][] = [];
    for (const actions of PAUSED_ACTIONS) {
      const item = await this.#table.get(`${PAUSE}${actions}`);
      if (item !== undefined) paused.push({ actions, ...noteOf(item) });
    }
    const denied: LeversShown['denied'][number][] = [];
    for await (const item of this.#table.scan(DENY)) {
      const hotkey = item.pk?.S?.slice(DENY.length) ?? '';
      // What else somebody wrote there denies nobody.
      if (isHotkeyAddress(hotkey)) denied.push({ hotkey, ...noteOf(item) });
    }
    return { paused, denied: denied.sort((a, b) => (a.since ?? '').localeCompare(b.since ?? '')) };
  }

  async #isPaused(actions: PausedActions, signal?: AbortSignal): Promise<boolean> {
    const now = this.#clock.now();
    const known = this.#pauses.get(actions);
    const age = known === undefined ? -1 : now - known.askedAt;
    if (known !== undefined && age >= 0 && age < this.#pauseCacheMs) return known.paused;
    const paused = (await this.#table.get(`${PAUSE}${actions}`, signal)) !== undefined;
    this.#pauses.set(actions, { paused, askedAt: now });
    return paused;
  }

  #down(pk: string, reason: string | undefined): Promise<boolean> {
    return this.#table.write({
      operation: 'PutItem',
      pk,
      item: {
        since: { S: new Date(this.#clock.now()).toISOString() },
        ...(reason && { reason: { S: reason } }),
      },
      condition: 'attribute_not_exists(pk)',
    });
  }
}

function noteOf({ since, reason }: Item): LeverNote {
  return { since: since?.S ?? null, reason: reason?.S ?? null };
}
