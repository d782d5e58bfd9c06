const HEX = /^0x(?:[0-9a-f]{2})*$/;

/** `0x` and lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** The bytes of `0x` and lower-case hex, or undefined where the text is anything else or not `byteLength` long. */
export function fromHex(text: string, byteLength: number): Uint8Array | undefined {
  if (text.length !== 2 + 2 * byteLength || !HEX.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}
