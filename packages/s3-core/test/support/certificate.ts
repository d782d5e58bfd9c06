import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate that vouches for itself and for 127.0.0.1, as a private authority's would. */
export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const SHA256_WITH_ECDSA = tlv(0x30, oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');

export function selfSignedCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = certificateBody(publicKey);
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = tlv(0x30, toBeSigned, SHA256_WITH_ECDSA, tlv(0x03, [0], signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function certificateBody(publicKey: KeyObject): Buffer {
  const name = tlv(0x30, tlv(0x31, tlv(0x30, COMMON_NAME, tlv(0x0c, Buffer.from('a store')))));
  const time = (text: string) => tlv(0x18, Buffer.from(text));
  const subjectAltName = tlv(0x30, tlv(0x87, [127, 0, 0, 1]));
  const isAuthority = tlv(0x30, tlv(0x01, [0xff]));
  const extension = (id: string, value: Buffer) => tlv(0x30, oid(id), tlv(0x04, value));
  return tlv(
    0x30,
    tlv(0xa0, tlv(0x02, [2])),
    tlv(0x02, [1]),
    SHA256_WITH_ECDSA,
    name,
    tlv(0x30, time('20200101000000Z'), time('21200101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, tlv(0x30, extension('551d11', subjectAltName), extension('551d13', isAuthority))),
  );
}

/** DER: a tag, a length and what it holds. */
function tlv(tag: number, ...content: readonly (Uint8Array | readonly number[])[]): Buffer {
  const value = Buffer.concat(content.map((part) => Buffer.from(part)));
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), value]);
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}
