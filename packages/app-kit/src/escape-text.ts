/**
 * Control characters (C0, DEL, C1) and the marks that reorder text: a terminal would act on them, and what is remote must not
 * steer the terminal or disguise what it says.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text of unknown origin as it may be shown: on one line, whatever it holds. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escaped).replace(LONE_SURROGATE, escaped);
}

/** As escapeText, but keeps line feeds. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** JSON text that is safe on a terminal and still says the same: what JSON leaves bare is escaped. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, (character) => (character === '\n' ? '\n' : escaped(character)));
}
