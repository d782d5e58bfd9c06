import { renderTable } from '../output.ts';
import { originText } from './config-error.ts';
import type { EffectiveSetting } from './load-config.ts';

/** A table of the settings in force and where each came from, for whoever wonders. Ends in a line feed. */
export function renderSettings(settings: readonly EffectiveSetting[]): string {
  return renderTable<EffectiveSetting>(
    [
      { title: 'setting', value: ({ key }) => key },
      { title: 'value', value: ({ value }) => String(value) },
      { title: 'from', value: ({ origin }) => originText(origin) },
    ],
    settings,
  );
}
