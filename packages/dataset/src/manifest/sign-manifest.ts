import { canonicalJson, type Signer, signValue } from '@data-universe/core-auth';
import { MANIFEST_DOMAIN, type Manifest, type UnsignedManifest } from '../manifest.ts';
import { ManifestError } from './manifest-error.ts';

/** Bytes of one manifest, for writers and readers alike: some 70,000 files in a checkpoint. */
export const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** The bytes of the object: RFC 8785 JSON with the hotkey's signature in it. Throws ManifestError. */
export function signManifest(unsigned: UnsignedManifest, signer: Signer): Uint8Array {
  if (signer.address !== unsigned.hotkey)
    throw new ManifestError(
      'WrongDataset',
      `a manifest of ${unsigned.hotkey} cannot be signed by ${signer.address}`,
    );
  const manifest: Manifest = {
    ...unsigned,
    signature: signValue(MANIFEST_DOMAIN, unsigned, signer),
  };
  const bytes = Buffer.from(canonicalJson(manifest), 'utf8');
  if (bytes.byteLength > MAX_MANIFEST_BYTES)
    throw new ManifestError(
      'TooLarge',
      `manifest ${unsigned.sequence} would have ${bytes.byteLength} bytes, of ${MAX_MANIFEST_BYTES}`,
    );
  return bytes;
}
