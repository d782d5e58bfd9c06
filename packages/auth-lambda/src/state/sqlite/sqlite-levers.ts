import {
  type AccessRequest,
  type HotkeyAddress,
  hotkeySchema,
} from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import type { Clock } from '../../decision/clock.ts';
import type { LeverControl, LeversShown } from '../lever-control.ts';
import { type OwnerLevers, PAUSED_ACTIONS, type PausedActions } from '../owner-levers.ts';
import type { StateFile } from './state-file.ts';

const note = { since: z.string(), reason: z.string().nullable() };
const pausedRows = z.array(z.object({ actions: z.enum(PAUSED_ACTIONS), ...note }));
const deniedRows = z.array(z.object({ hotkey: hotkeySchema, ...note }));

/** The levers of the processes of one machine: read with each request, so that they hold from the next one on. */
export class SqliteLevers implements OwnerLevers, LeverControl {
  readonly #file: StateFile;
  readonly #clock: Clock;

  constructor(file: StateFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  async isPaused(action: AccessRequest['action'], signal?: AbortSignal): Promise<boolean> {
    return await this.#file.read(
      () =>
        this.#file.prepare("SELECT 1 FROM paused WHERE actions IN ('all', ?)").get(action) !==
        undefined,
      signal,
    );
  }

  async isDenied(hotkey: HotkeyAddress, signal?: AbortSignal): Promise<boolean> {
    return await this.#file.read(
      () => this.#file.prepare('SELECT 1 FROM denied WHERE hotkey = ?').get(hotkey) !== undefined,
      signal,
    );
  }

  deny(hotkey: HotkeyAddress, reason?: string): Promise<boolean> {
    return this.#change('INSERT INTO denied VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
      hotkey,
      this.#now(),
      reason ?? null,
    ]);
  }

  allow(hotkey: HotkeyAddress): Promise<boolean> {
    return this.#change('DELETE FROM denied WHERE hotkey = ?', [hotkey]);
  }

  pause(actions: PausedActions, reason?: string): Promise<boolean> {
    return this.#change('INSERT INTO paused VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
      actions,
      this.#now(),
      reason ?? null,
    ]);
  }

  resume(actions: PausedActions): Promise<boolean> {
    return this.#change('DELETE FROM paused WHERE actions = ?', [actions]);
  }

  async show(): Promise<LeversShown> {
    const all = (table: string) =>
      this.#file.read(() => this.#file.prepare(`SELECT * FROM ${table} ORDER BY since, 1`).all());
    return {
      paused: pausedRows.parse(await all('paused')),
      denied: deniedRows.parse(await all('denied')),
    };
  }

  #change(sql: string, values: readonly (string | null)[]): Promise<boolean> {
    return this.#file.write(() => this.#file.prepare(sql).run(...values).changes > 0);
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
