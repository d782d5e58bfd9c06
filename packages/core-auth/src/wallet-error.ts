export type WalletErrorCode =
  /** No such wallet, hotkey or file. */
  | 'NotFound'
  /** The file is there and this process may not or can not read it. */
  | 'Unreadable'
  /** Others than its owner may read the private key. */
  | 'PermissionsTooOpen'
  /** Protected by a password. */
  | 'Encrypted'
  /** Not a keyfile, mnemonic, seed, private key or secret URI. */
  | 'Malformed'
  /** The secret belongs to another address than the one written beside it. */
  | 'AddressMismatch'
  /** Not an sr25519 key. */
  | 'UnsupportedCryptoType'
  /** The name of a wallet or hotkey that is no file name. */
  | 'InvalidName';

/** A hotkey that could not be had. No message holds any part of a secret. */
export class WalletError extends Error {
  override readonly name = 'WalletError';
  readonly code: WalletErrorCode;
  readonly retryable = false;

  constructor(code: WalletErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
