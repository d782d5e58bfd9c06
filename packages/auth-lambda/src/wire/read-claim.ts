import { Refusal } from '../decision/refusal.ts';
import type { AccessClaim } from './access-claim.ts';
import { badRequest } from './bad-request.ts';
import { readCurrentForm } from './current-form.ts';
import { readFirstReadForm } from './first-read-form.ts';
import { readFirstUploadForm } from './first-upload-form.ts';
import { parseJsonObject } from './json-object.ts';
import type { OlderForm } from './older-forms.ts';
import { readTaoForm } from './tao-form.ts';
import type { WireInput } from './wire-input.ts';

/** A request has under 1 KiB; the rest is room for later fields. */
export const MAX_BODY_BYTES = 8192;

/** The claim in a request, whole and strict, in the current form or in one of `olderForms`. Throws Refusal TooLarge or BadRequest. */
export function readClaim(input: WireInput, olderForms: readonly OlderForm[]): AccessClaim {
  if (input.body.byteLength > MAX_BODY_BYTES)
    throw new Refusal(
      'TooLarge',
      `The body has more than ${MAX_BODY_BYTES} bytes; send one access request and nothing else.`,
    );
  const document = parseJsonObject(input.body);
  const form = olderFormOf(document, input.headers);
  if (form === undefined) return readCurrentForm(document);
  if (!olderForms.includes(form))
    throw badRequest(`it is of the older form ${form}, which this service does not accept`);
  return READERS[form](document, input);
}

const READERS: Readonly<Record<OlderForm, (document: object, input: WireInput) => AccessClaim>> = {
  'first-upload': readFirstUploadForm,
  'first-read': readFirstReadForm,
  'tao-v2': readTaoForm,
};

/** By the field or header that each has and no other, so that a request is read in one way alone. */
function olderFormOf(document: object, headers: WireInput['headers']): OlderForm | undefined {
  if (Object.hasOwn(document, 'version')) return undefined;
  if (Object.hasOwn(headers, 'x-tao-version')) return 'tao-v2';
  if (Object.hasOwn(document, 'validator_hotkey')) return 'first-read';
  if (Object.hasOwn(document, 's3_path')) return 'first-upload';
  return undefined;
}
