import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { chmod, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const accessKeySchema = z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() });

/** A long-term key pair of a user. */
export type AccessKey = z.infer<typeof accessKeySchema>;

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** Seals session tokens: 32 bytes, base64. */
  sealingKey: z.base64().length(44),
  users: z.record(z.string(), accessKeySchema),
});

export interface Keys {
  readonly sealingKey: Buffer;
  readonly users: ReadonlyMap<string, AccessKey>;
}

/** Reads keys.json of a directory, making what is missing, so that a restart keeps every key. Mode 0600. */
export async function loadKeys(directory: string, userNames: Iterable<string>): Promise<Keys> {
  const file = path.join(directory, 'keys.json');
  const stored = (await readKeys(file)) ?? {
    version: 1 as const,
    sealingKey: randomBytes(32).toString('base64'),
    users: {},
  };
  const users = { ...stored.users };
  for (const name of userNames) {
    users[name] ??= {
      accessKeyId: newAccessKeyId('AKIA'),
      secretAccessKey: randomBytes(30).toString('base64'),
    };
  }
  await writeAtomically(file, JSON.stringify({ ...stored, users }, null, 2));
  return {
    sealingKey: Buffer.from(stored.sealingKey, 'base64'),
    users: new Map(Object.entries(users)),
  };
}

/** Twenty characters as AWS has them; `AKIA` for a user's key, `ASIA` for a session's. */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from({ length: 16 }, () => alphabet[randomInt(32)]).join('');
}

async function readKeys(file: string): Promise<z.infer<typeof fileSchema> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  await chmod(file, 0o600);
  return fileSchema.parse(JSON.parse(text));
}

async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
