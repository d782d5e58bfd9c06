import { expect, it } from 'vitest';
import { pythonJson } from '../src/database/python-json.ts';

it('prints JSON as json.dumps of Python does', () => {
  expect(pythonJson({ a: [1, 'é', null], b: { c: true }, d: '🚀"\n\u007f' })).toBe(
    '{"a": [1, "\\u00e9", null], "b": {"c": true}, "d": "\\ud83d\\ude80\\"\\n\u007f"}',
  );
});
