/** A limit of this side's own: the store said too little for too long. */
export class TransferTimeout extends Error {
  override readonly name = 'TransferTimeout';
}
