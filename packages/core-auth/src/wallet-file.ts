import { type FileHandle, open } from 'node:fs/promises';
import { WalletError } from './wallet-error.ts';

/** A keyfile has under 2 KiB. */
const MAX_FILE_BYTES = 65_536;

/**
 * The bytes of a file of a wallet, or undefined where there is none. With `secret`, a file that group
 * or others may read is refused. Throws WalletError.
 */
export async function readWalletFile(
  file: string,
  options: { readonly secret: boolean },
): Promise<Uint8Array | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    // Of the open file: what is checked is what is read.
    const status = await handle.stat();
    if (!status.isFile() || status.size > MAX_FILE_BYTES) {
      throw new WalletError('Malformed', `${file} is no keyfile: not a file, or far too large`);
    }
    // Windows has no such bits; its folders of users are closed to others.
    if (options.secret && process.platform !== 'win32' && (status.mode & 0o077) !== 0) {
      const mode = (status.mode & 0o777).toString(8);
      throw new WalletError(
        'PermissionsTooOpen',
        `${file} holds a private key and is open to other users (mode ${mode}): run "chmod 600 ${file}"`,
      );
    }
    return await handle.readFile();
  } catch (error) {
    if (error instanceof WalletError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new WalletError(
      'Unreadable',
      `${file} can't be read (${code}): check its owner and mode`,
    );
  } finally {
    await handle?.close();
  }
}
