/**
 * Whether a host is this machine, where plain http crosses no network. `hostname` as WHATWG URL
 * normalises it: numeric forms are dotted decimal, IPv6 in brackets. Names below `.localhost` are
 * not this machine for sure: many systems ask the network's DNS for them.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
