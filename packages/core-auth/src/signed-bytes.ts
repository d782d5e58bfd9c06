import { canonicalJson } from './canonical-json.ts';

/** No line feed: the first one ends the domain, so no domain and value spell the bytes of another pair. */
const DOMAIN = /^[a-z0-9][a-z0-9./-]{0,127}$/;

const encoder = new TextEncoder();

/** What a hotkey signs for a JSON value: the domain tag, a line feed, the RFC 8785 text; UTF-8. */
export function signedBytes(domain: string, value: unknown): Uint8Array {
  if (!DOMAIN.test(domain)) throw new TypeError(`not a signing domain: ${JSON.stringify(domain)}`);
  return encoder.encode(`${domain}\n${canonicalJson(value)}`);
}
