import { hotkeySchema } from '@data-universe/core-auth/protocol';
import { z } from 'zod';
import { FOLDERS, type Folder } from '../grant/granted-prefixes.ts';
import type { AccessClaim } from './access-claim.ts';
import { badRequest } from './bad-request.ts';
import { firstFields, signedParts } from './first-forms.ts';
import { parseFields } from './parse-fields.ts';

const MAX_PATH_CHARACTERS = 512;

/** Of `s3_path` behind its prefix: names without wildcard, policy variable, colon, `..`, or anything that is spelled in two ways. */
const PATH_REST = /^[A-Za-z0-9_][A-Za-z0-9._=-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._=-]*)*$/;

const firstUploadSchema = z.strictObject({
  hotkey: hotkeySchema,
  /** SHA-256 of the file: signed, and bound to nothing, because the credentials open a prefix. */
  file_hash: z.string().regex(/^[0-9a-f]{64}$/, 'not 64 lower-case hex digits'),
  s3_path: z.string().max(MAX_PATH_CHARACTERS),
  ...firstFields,
});

/**
 * An upload as the first Python miners sign it: `{hotkey}:{s3_path}:{file_hash}:{timestamp}:{expiry}`. No field can hold a colon, so
 * the message has one reading. Throws Refusal BadRequest.
 */
export function readFirstUploadForm(document: object): AccessClaim {
  const request = parseFields(firstUploadSchema, document);
  const { hotkey, s3_path, file_hash, timestamp, expiry } = request;
  return {
    form: 'first-upload',
    hotkey,
    scope: { action: 'upload', hotkey, source: folderOf(s3_path, hotkey) },
    path: s3_path,
    ...signedParts(request, `${hotkey}:${s3_path}:${file_hash}:${timestamp}:${expiry}`),
  };
}

/** The folder of a key inside `data/{folder}/{hotkey}/`. */
function folderOf(path: string, hotkey: string): Folder {
  const folder = FOLDERS.find((name) => path.startsWith(`data/${name}/${hotkey}/`));
  if (folder === undefined || !PATH_REST.test(path.slice(`data/${folder}/${hotkey}/`.length)))
    throw badRequest(
      '"s3_path" must be data/{source}/{hotkey}/ of this hotkey and a plain file name',
    );
  return folder;
}
