import { CloudError } from '../errors.ts';

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Percent-encodes as SigV4 and S3 do: all but `A-Z a-z 0-9 - . _ ~`, and `/` where asked. */
export function uriEncode(text: string, keepSlash = false): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded +=
      UNRESERVED.test(character) || (keepSlash && character === '/')
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Percent-decodes once. Throws InvalidURI for a stray `%` or bytes that are not UTF-8. */
export function uriDecode(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw invalidUri();
  const bytes = Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw invalidUri(cause);
  }
}

function invalidUri(cause?: unknown): CloudError {
  return new CloudError('InvalidURI', 400, "Couldn't parse the specified URI.", { cause });
}
