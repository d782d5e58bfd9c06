import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** What a session token says. It is sealed, so the server keeps no list of sessions and a restart keeps them alive. */
const claimsSchema = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  roleArn: z.string(),
  sessionName: z.string(),
  sourceIdentity: z.string().optional(),
  /** The session policy as it was sent. */
  policy: z.string().optional(),
  /** Milliseconds since the epoch. */
  issuedAt: z.int(),
  expiresAt: z.int(),
});

export type SessionClaims = z.infer<typeof claimsSchema>;

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals claims under a 32-byte key. Without the key a token can be neither read nor made. */
export function sealSessionToken(key: Buffer, claims: SessionClaims): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  const sealed = Buffer.concat([cipher.update(JSON.stringify(claims), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** The claims, or undefined for any token that this key did not seal, byte for byte. */
export function openSessionToken(key: Buffer, token: string): SessionClaims | undefined {
  const bytes = Buffer.from(token, 'base64');
  // Base64 has slack (ignored characters, spare bits): only the one spelling we issued is the token.
  if (bytes.length <= IV_BYTES + TAG_BYTES || bytes.toString('base64') !== token) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    const json = Buffer.concat([opened, decipher.final()]).toString('utf8');
    return claimsSchema.parse(JSON.parse(json));
  } catch {
    // Whatever failed (tag, JSON, shape), the answer is the same one: not a token of ours.
    return undefined;
  }
}
