/** Whether a refused request was signed for a time that is over, by the store's own clock where it tells it. */
export function hasExpired(
  query: Readonly<Record<string, unknown>>,
  answeredAt: string | undefined,
): boolean {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(query['X-Amz-Date'])) ?? [];
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const endsAt = signedAt + Number(query['X-Amz-Expires']) * 1000;
  const storeTime = Date.parse(answeredAt ?? '');
  // Its clock tells whole seconds, rounded down.
  return (Number.isNaN(storeTime) ? Date.now() : storeTime + 999) >= endsAt;
}

/** In the store's words for credentials of its own kind, which get renewed. */
export class SignatureExpired extends Error {
  override readonly name = 'ExpiredToken';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number) {
    super('the signature of the request had expired');
    this.$metadata = { httpStatusCode: status };
  }
}
