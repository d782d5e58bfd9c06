import { isUtf8 } from 'node:buffer';
import { canonicalJson, type HotkeyAddress, verifyValue } from '@data-universe/core-auth';
import { MANIFEST_DOMAIN, type Manifest, manifestSchema } from '../manifest.ts';
import type { SourceName } from '../source.ts';
import { ManifestError } from './manifest-error.ts';
import { MAX_MANIFEST_BYTES } from './sign-manifest.ts';

const MAX_EXPLAINED_BYTES = 16 * 1024;

/** Whose dataset a manifest must be of. */
export interface DatasetIdentity {
  readonly hotkey: HotkeyAddress;
  readonly source: SourceName;
  readonly network: string;
  readonly netuid: number;
}

export interface ExpectedManifest extends DatasetIdentity {
  /** The number in the object's key. */
  readonly sequence?: number | undefined;
}

/**
 * One manifest by itself: its form, whose it is, its signature. Whether it fits the chain is
 * `applyManifest`'s to say. Throws ManifestError.
 */
export function verifyManifest(bytes: Uint8Array, expected: ExpectedManifest): Manifest {
  const manifest = parseManifest(bytes);
  const fields = ['hotkey', 'source', 'network', 'netuid', 'sequence'] as const;
  for (const field of fields)
    if (expected[field] !== undefined && manifest[field] !== expected[field])
      throw new ManifestError(
        'WrongDataset',
        `the manifest says ${field} ${manifest[field]}, expected ${expected[field]}`,
      );
  const { signature, ...unsigned } = manifest;
  if (!verifyValue(MANIFEST_DOMAIN, unsigned, signature, manifest.hotkey))
    throw new ManifestError(
      'BadSignature',
      `manifest ${manifest.sequence} is not signed by ${manifest.hotkey}`,
    );
  return manifest;
}

function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.byteLength > MAX_MANIFEST_BYTES)
    throw new ManifestError('TooLarge', `a manifest of ${bytes.byteLength} bytes`);
  if (!isUtf8(bytes)) throw new ManifestError('Malformed', 'a manifest that is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ManifestError('Malformed', 'a manifest that is not JSON', error);
  }
  // `parse` lists every problem, which for a hostile manifest takes gigabytes: `validate` stops at the first.
  if (!manifestSchema.validate(value))
    throw new ManifestError('Malformed', `not a manifest${problemOf(value, bytes.byteLength)}`);
  const manifest = manifestSchema.parse(value);
  // One spelling only: repeated keys or other spacing would let two readers read two things.
  if (canonicalJson(manifest) !== text)
    throw new ManifestError('Malformed', 'a manifest that is not RFC 8785 JSON');
  return manifest;
}

/** Where it is wrong, for one that is short enough to be somebody's mistake. */
function problemOf(value: unknown, size: number): string {
  if (size > MAX_EXPLAINED_BYTES) return '';
  const issue = manifestSchema.safeParse(value).error?.issues[0];
  return issue === undefined ? '' : ` at ${issue.path.join('.')}: ${issue.message}`;
}
