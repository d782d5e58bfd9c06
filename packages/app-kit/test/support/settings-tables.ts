import { SETTINGS, type Setting } from '../../src/config/setting-tree.ts';

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function defaultText({ defaultValue }: Setting): string {
  return defaultValue === undefined
    ? '[see below](#where-data-is-published)'
    : `\`${String(defaultValue)}\``;
}

/** The part of docs/configuration.md that follows from the schema. */
export function settingsTables(): string {
  const settings = SETTINGS.map((setting) => [
    `\`${setting.path.join('.')}\``,
    defaultText(setting),
    setting.meta.expected,
    setting.meta.description,
  ]);
  const variables = SETTINGS.flatMap(({ path, meta }) =>
    (meta.variables ?? []).map((variable, age) => [
      `\`${variable}\``,
      `\`${path.join('.')}\``,
      age === 0 ? '' : `older name of \`${meta.variables?.[0]}\`, which wins`,
    ]),
  );
  return [
    table(['key', 'default', 'value', 'meaning'], settings),
    '',
    '## Environment variables',
    '',
    table(['variable', 'overrides', ''], variables),
  ].join('\n');
}
