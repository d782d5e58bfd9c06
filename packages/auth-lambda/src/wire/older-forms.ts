/**
 * Forms that Python miners and validators sign from before this protocol; off unless the configuration names them. None
 * of them binds the service it was signed for: no audience, no network, no subnet.
 */
export const OLDER_FORMS = ['first-upload', 'first-read', 'tao-v2'] as const;
export type OlderForm = (typeof OLDER_FORMS)[number];
