import { isIPv4, isIPv6 } from 'node:net';

/**
 * The block one party controls: an IPv4 address itself, the /64 of an IPv6 address, since its
 * holder can use any address in it. Whatever is no address shares one block.
 */
export function networkBlock(address: string): string {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const groups = ipv6Groups(bare);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return groups.slice(6).flatMap(bytesOf).join('.');
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** Eight numbers of 16 bits. */
function ipv6Groups(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const left = parseGroups(head);
  const right = parseGroups(tail ?? '');
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right];
}

function parseGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function bytesOf(group: number): [number, number] {
  return [group >> 8, group & 0xff];
}
