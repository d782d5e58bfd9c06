import type { DataEntity } from '@data-universe/dataset';

type EntityDocument = Omit<DataEntity, 'content'> & {
  readonly content?: string;
  readonly contentBase64?: string;
};

/** The entities of what `read --json` prints, content as bytes again. */
export function entitiesOfDocument(json: string): DataEntity[] {
  const { entities } = JSON.parse(json) as { readonly entities: readonly EntityDocument[] };
  return entities.map(({ content, contentBase64, ...fields }) => ({
    ...fields,
    content:
      contentBase64 === undefined
        ? Buffer.from(content ?? '', 'utf8')
        : Buffer.from(contentBase64, 'base64'),
  }));
}
