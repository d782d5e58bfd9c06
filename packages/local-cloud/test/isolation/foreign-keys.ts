import type { World } from './world.ts';

/** The one that a validator may read. */
export const OTHER_SOURCE = 'a key of another source';

/** Keys that the miner's credentials don't open, each near enough to be mistaken for one that they do. */
export const FOREIGN_KEYS: ReadonlyArray<readonly [name: string, key: (world: World) => string]> = [
  ["another miner's key", (world) => world.foreign],
  ["a key of an address that continues the miner's", ({ hotkey }) => `data/x/${hotkey}zz/seed`],
  ["a key of an address that the miner's continues", (w) => `data/x/${w.hotkey.slice(0, -1)}/seed`],
  [OTHER_SOURCE, ({ hotkey }) => `data/reddit/${hotkey}/seed`],
  ["the miner's prefix without its slash", ({ hotkey }) => `data/x/${hotkey}`],
  ["a file named after the miner's prefix", ({ hotkey }) => `data/x/${hotkey}.parquet`],
  ['a source in another case', ({ hotkey }) => `data/X/${hotkey}/seed`],
  ['an address in another case', ({ hotkey }) => `data/x/${hotkey.toLowerCase()}/seed`],
  ['a key above the miners', () => 'data/x/seed'],
  ['a key outside the data', () => 'seed'],
  ["the miner's prefix deeper down", ({ own, other }) => `${other}${own}seed`],
  ["the miner's prefix after a slash", ({ own }) => `/${own}seed`],
  ["the miner's prefix with a doubled slash", ({ hotkey }) => `data//x/${hotkey}/seed`],
  ["the miner's prefix with an escaped slash", ({ hotkey }) => `data/x%2F${hotkey}/seed`],
  ['a key that climbs to the miner', ({ own, other }) => `${other}../../../${own}seed`],
];
