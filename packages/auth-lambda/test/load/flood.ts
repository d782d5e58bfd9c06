import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { signerFromUri } from '@data-universe/core-auth';
import { makeGarbage, type Place } from './garbage.ts';
import { RawConnections } from './raw-connections.ts';

/** Plain, so that it can be handed to a thread. */
export interface FloodOptions {
  readonly url: string;
  readonly place: Place;
  readonly seconds: number;
  readonly garbagePerSecond: number;
  /** Connections that send a byte a second. */
  readonly slowConnections: number;
}

export interface FloodTally {
  readonly sent: number;
  /** Due, while every connection still waited for an answer. */
  readonly unsent: number;
  readonly statuses: Readonly<Record<string, number>>;
}

const TICK_MS = 10;
const CONNECTIONS = 256;

/** Sends garbage for as long as is said, and tells what was answered. */
export async function startFlood(options: FloodOptions): Promise<FloodTally> {
  const { url, place, seconds, garbagePerSecond } = options;
  const garbage = makeGarbage(place, signerFromUri('//Miner//0'));
  const connections = new RawConnections(url, CONNECTIONS);
  const slow = Array.from({ length: options.slowConnections }, () => dribble(url));
  const startedAt = performance.now();
  for (let due = 0; ; ) {
    const elapsed = (performance.now() - startedAt) / 1000;
    if (elapsed >= seconds) break;
    for (; due < elapsed * garbagePerSecond; due += 1) connections.send(garbage());
    await sleep(TICK_MS);
  }
  for (const { stop } of slow) stop();
  connections.close();
  const { sent, unsent, statuses } = connections.tally;
  return { sent, unsent, statuses: Object.fromEntries(statuses) };
}

/** A connection that sends its headers a byte a second, and comes back when it is cut. */
function dribble(url: string): { stop: () => void } {
  const { hostname, port } = new URL(url);
  const text = `POST /auth HTTP/1.1\r\nX-Slow: ${'x'.repeat(1_000)}`;
  let socket: Socket | undefined;
  let at = 0;
  const timer = setInterval(() => {
    if (socket === undefined || socket.destroyed) {
      at = 0;
      socket = connect(Number(port), hostname);
      // Being cut is what it is for.
      socket.on('error', () => undefined);
    }
    socket.write(text[at] ?? 'x');
    at += 1;
  }, 1_000);
  return {
    stop() {
      clearInterval(timer);
      socket?.destroy();
    },
  };
}
