import { canonicalJson, type Signer, signValue } from '@data-universe/core-auth';
import { MANIFEST_DOMAIN, type Manifest, type UnsignedManifest } from '../manifest.ts';
import { ManifestError } from './manifest-error.ts';

/** Bytes of one manifest, for writers and readers alike: some 40,000 files in a checkpoint. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** `"signature":"0x` and 128 digits, quote and comma. */
const SIGNATURE_BYTES = 145;

/** The bytes of the object: RFC 8785 JSON with the hotkey's signature in it. Throws ManifestError. */
export function signManifest(unsigned: UnsignedManifest, signer: Signer): Uint8Array {
  if (signer.address !== unsigned.hotkey)
    throw new ManifestError(
      'WrongDataset',
      `a manifest of ${unsigned.hotkey} cannot be signed by ${signer.address}`,
    );
  const size = Buffer.byteLength(canonicalJson(unsigned)) + SIGNATURE_BYTES;
  if (size > MAX_MANIFEST_BYTES)
    throw new ManifestError(
      'TooLarge',
      `manifest ${unsigned.sequence} would have ${size} bytes of at most ${MAX_MANIFEST_BYTES}: publish fewer, larger files`,
    );
  const signature = signValue(MANIFEST_DOMAIN, unsigned, signer);
  const manifest: Manifest = { ...unsigned, signature };
  return Buffer.from(canonicalJson(manifest), 'utf8');
}
