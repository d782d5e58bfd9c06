import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { document, element, field, parseXml } from '../src/http/xml.ts';

const malformed = expect.objectContaining({ code: 'MalformedXML', status: 400 });

describe('XML', () => {
  it('reads back whatever text it wrote, control characters and all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const xml = document(element('Root', field('Key', text)));
        expect(parseXml(xml)).toEqual({ Root: { Key: text } });
      }),
    );
  });

  it('reads parts, objects and grants as lists, be there one or more', () => {
    for (const name of ['Part', 'Object', 'Grant']) {
      for (const count of [1, 2]) {
        const items = Array.from({ length: count }, (_, index) => field(name, index));
        const expected = Array.from({ length: count }, (_, index) => String(index));
        expect(parseXml(element('Root', ...items))).toEqual({ Root: { [name]: expected } });
      }
    }
  });

  it('is refused where it is not well-formed, or declares what it could then refer to', () => {
    for (const text of [
      'not xml',
      '<A>',
      '<A></B>',
      '<A>&undeclared;</A>',
      '<A>&#x110000;</A>',
      '<A>&#xd800;</A>',
      '<A>bare & ampersand</A>',
      '<!DOCTYPE A><A/>',
      '<!DOCTYPE A [<!ENTITY b "c">]><A>&b;</A>',
    ]) {
      expect(() => parseXml(text), text).toThrow(malformed);
    }
  });

  it('never throws anything but MalformedXML, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'<>/&;#xA1"= \n') })),
        (text) => {
          try {
            parseXml(text);
          } catch (error) {
            expect(error).toEqual(malformed);
          }
        },
      ),
    );
  });
});
