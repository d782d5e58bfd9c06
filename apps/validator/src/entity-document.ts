import type { DataEntity } from '@data-universe/dataset';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An entity for JSON: content as text where it is UTF-8, in base64 where it is not. */
export function entityDocument(entity: DataEntity) {
  const { content, ...fields } = entity;
  try {
    return { ...fields, content: strictUtf8.decode(content) };
  } catch {
    return { ...fields, contentBase64: Buffer.from(content).toString('base64') };
  }
}
