import { XMLParser } from 'fast-xml-parser';
import { CloudError } from '../errors.ts';

export type XmlNode = string;

/** One element; children are text (escaped here) or nodes made by this function. */
export function element(name: string, ...children: ReadonlyArray<XmlNode | undefined>): XmlNode {
  const inner = children.filter((child) => child !== undefined).join('');
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${tagOf(name)}>`;
}

/** An element of text, or nothing where there is none. */
export function field(name: string, value: string | number | boolean): XmlNode;
export function field(
  name: string,
  value: string | number | boolean | undefined,
): XmlNode | undefined;
export function field(name: string, value: string | number | boolean | undefined) {
  return value === undefined ? undefined : element(name, escapeXml(String(value)));
}

export const document = (root: XmlNode) => `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character)
    .replace(/\p{Cc}/gu, (c) => `&#x${(c.codePointAt(0) ?? 0).toString(16)};`);
}

const tagOf = (name: string) => name.split(' ', 1)[0] ?? name;

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  // Decoded below instead: the five of XML and numeric ones, and no entity a document declares.
  processEntities: false,
  isArray: (name) => name === 'Part' || name === 'Object' || name === 'Grant',
  tagValueProcessor: (_name, value) => decodeEntities(value),
});

/** Parses a request body. Throws MalformedXML; a document type declaration is never read. */
export function parseXml(text: string): unknown {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformedXml();
  try {
    return parser.parse(text, true);
  } catch (cause) {
    throw malformedXml(cause);
  }
}

export const malformedXml = (cause?: unknown) =>
  new CloudError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
    { cause },
  );

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:(#x[0-9a-fA-F]{1,6}|#\d{1,7}|amp|lt|gt|quot|apos);)?/g,
    (_, reference: string | undefined) => {
      if (reference === undefined) throw malformedXml();
      const named = NAMED[reference];
      if (named !== undefined) return named;
      const code = Number(reference.replace('#x', '0x').replace('#', ''));
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw malformedXml();
      return String.fromCodePoint(code);
    },
  );
}
