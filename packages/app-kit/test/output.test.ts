import { describe, expect, it } from 'vitest';
import { createOutput, renderJson, renderTable } from '../src/output.ts';

interface File {
  readonly name: string;
  readonly rows: number | null;
}

const columns = [
  { title: 'file', value: (file: File) => file.name },
  { title: 'rows', value: (file: File) => file.rows, align: 'right' as const },
];

describe('renderTable', () => {
  it('lines up its columns, without borders or trailing blanks', () => {
    const rows = [
      { name: 'a.parquet', rows: 7316 },
      { name: 'b', rows: null },
    ];
    expect(renderTable(columns, rows)).toBe(
      ['file       rows', 'a.parquet  7316', 'b             -', ''].join('\n'),
    );
  });

  it('counts wide characters as the terminal does', () => {
    const [head, row] = renderTable(columns, [{ name: '数据', rows: 1 }]).split('\n');
    expect(head).toBe('file  rows');
    expect(row).toBe('数据     1');
  });

  it('shows control characters of a cell escaped', () => {
    expect(renderTable(columns, [{ name: '\u001b[2Jx\ny', rows: 1 }])).toContain(
      '\\u001b[2Jx\\u000ay',
    );
  });

  it('is its head alone where there are no rows', () => {
    expect(renderTable(columns, [])).toBe('file  rows\n');
  });
});

describe('renderJson', () => {
  it('prints times as ISO 8601 and big integers exactly', () => {
    const text = renderJson({ at: new Date(0), small: 7n, large: 2n ** 60n });
    expect(JSON.parse(text)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      small: 7,
      large: '1152921504606846976',
    });
  });

  it.each([undefined, null])('prints %s as null', (value) => {
    expect(renderJson(value)).toBe('null\n');
  });
});

describe('an output', () => {
  it('prints the document for machines and the text for people', () => {
    const written: string[] = [];
    const write = (text: string): void => void written.push(text);
    createOutput(write, true).print({ rows: 1 }, () => 'one row\n');
    createOutput(write, false).print({ rows: 1 }, () => 'one row\n');
    expect(written).toEqual(['{\n  "rows": 1\n}\n', 'one row\n']);
  });

  it('refuses to print a second JSON document', () => {
    const output = createOutput(() => undefined, true);
    output.print({}, () => '');
    expect(() => output.print({}, () => '')).toThrow(/two JSON documents/);
  });
});
