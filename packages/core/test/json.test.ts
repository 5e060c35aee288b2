import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, parseJson, parseJsonForm, parseJsonObject, SignError } from '../src/index.js';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('strict JSON (S20)', () => {
  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false } as never), (value) => {
        const text = JSON.stringify(value);
        if (!text.isWellFormed() || /-0(?![.0-9])/.test(text)) return;
        let read: unknown;
        try {
          read = parseJson(text);
        } catch (error) {
          // The one thing JSON.stringify writes that we refuse: integers a double cannot hold.
          expect((error as Error).message).toMatch(/integer outside|lone surrogate/);
          return;
        }
        expect(plain(read)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts nothing that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[{}[\]",:0-9a-z\\ .eE+-]{0,24}$/), (text) => {
        try {
          parseJson(text);
        } catch {
          return;
        }
        expect(() => JSON.parse(text)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what the engine reads for it as the reader does', () => {
    const read = (text: string) => {
      try {
        const { value, plain: asWritten } = parseJsonForm(text, { maxDepth: 4, maxValues: 12 });
        return { value, asWritten };
      } catch (error) {
        // White space in front keeps the engine out, and moves what is wrong by one.
        return { code: (error as SignError).code, said: (error as Error).message.replace(/ at offset \d+$/, '') };
      }
    };
    const names = fc.constantFrom(
      '',
      '0',
      '7',
      '10',
      'a',
      'B',
      'é',
      '__proto__',
      'toJSON',
      'constructor',
      '\ud83d\ude00',
      '\ud800',
      '"',
    );
    const leaf = fc.oneof(
      names,
      fc.constantFrom(null, true, 0, -0, 1.5, 1e21, 2 ** 53, 2 ** 53 - 1, -1),
      fc.constantFrom('\u007f', '\u2028', '<', '\\', ':1e5', '["'),
      // Written in other ways than ours, some of them shorter.
      fc.constantFrom('1e5', '1E+2', '5e0', '1.0', '100e-2', '-0.0', '0e9').map((raw) => ({ raw })),
    );
    const { any } = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('any'), { maxLength: 4 }),
        fc.array(fc.tuple(names, tie('any')), { maxLength: 4 }),
      ),
    }));
    // Pairs are members: in any order, and one name twice.
    const written = (value: unknown): string => {
      if (typeof value === 'object' && value !== null && 'raw' in value) return String(value.raw);
      if (!Array.isArray(value)) return Object.is(value, -0) ? '-0' : JSON.stringify(value);
      const isObject =
        value.length > 0 && value.every((one) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string');
      if (!isObject) return `[${value.map(written).join(',')}]`;
      return `{${value.map(([name, one]) => `${JSON.stringify(name)}:${written(one)}`).join(',')}}`;
    };
    fc.assert(
      fc.property(any, fc.nat(), fc.constantFrom('', '', '', '"', '{', ']', '0', ' ', '   ', '"a":1,'), (value, at, extra) => {
        const text = written(value);
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + extra + text.slice(place);
        const [engine, { asWritten, ...reader }] = [read(changed), { asWritten: undefined, ...read(` ${changed}`) }];
        // Prototypes count, and members called as those of prototypes are no trouble.
        const { asWritten: _, ...same } = { asWritten: undefined, ...engine };
        expect(isDeepStrictEqual(same, reader), changed).toBe(true);
        // In front of a canonical text white space is what makes it another one.
        if ('value' in engine && engine.asWritten) expect(JSON.stringify(engine.value)).toBe(changed);
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'duplicate'],
    ['{"a":{"b":1,"\\u0062":2}}', 'duplicate'],
    ['{} x', 'data after'],
    ['{}{}', 'data after'],
    ['\ufeff{}', 'unexpected'],
    ['9007199254740993', 'integer'],
    ['-0', 'negative zero'],
    ['1e999', 'range'],
    ['"\\ud800"', 'surrogate'],
    ['"a\u0000"', 'bad string'],
    ["{'a':1}", 'member name'],
    ['[1,]', 'unexpected'],
    ['{"a":1,}', 'member name'],
    ['01', 'data after'],
    ['NaN', 'unexpected'],
    ['', 'unexpected'],
  ])('refuses %j', (text, why) => {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ code: 'ERR_MALFORMED', message: expect.stringContaining(why) }),
    );
  });

  it('treats __proto__ as a member like any other and gives objects no prototype', () => {
    const value = parseJsonObject('{"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['['.repeat(40) + ']'.repeat(40), {}],
    [`[${'1,'.repeat(100_001)}1]`, {}],
    ['"12345"', { maxBytes: 4 }],
  ])('stops at its limits', (text, limits) => {
    expect(() => parseJson(text, limits)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });

  it('never quotes values in its errors (S38)', () => {
    for (const text of ['{"password":"hunter2"', '{"password":"hunter2",}', '"hunter2" hunter2', '{"a":hunter2}']) {
      try {
        parseJson(text);
        expect.unreachable();
      } catch (error) {
        expect(SignError.is(error)).toBe(true);
        expect(String((error as Error).stack)).not.toContain('hunter2');
      }
    }
  });

  it('writes one canonical text', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: undefined, A: 'x' })).toBe('{"A":"x","b":[{"c":2,"d":1}]}');
  });

  it('holds integers to their plain form where that is asked for', () => {
    for (const text of ['942.0', '9.42e2', '1e2', '1E+2', '-5.0'])
      for (const document of [text, `[${text}]`, `{"size":${text}}`]) {
        expect(() => parseJson(document)).not.toThrow();
        expect(() => parseJson(document, { plainIntegers: true })).toThrow(/fraction or an exponent/);
      }
    expect(parseJson('[942,-5,0.5,5e-1]', { plainIntegers: true })).toEqual([942, -5, 0.5, 0.5]);
  });

  it('takes halves of a surrogate pair one by one where passwords travel so, and nowhere else', () => {
    const halves = '["\\ud83d","\\ude00"]';
    expect(parseJson(halves, { surrogateUnits: true })).toEqual([...'😀'].flatMap((c) => c.split('')));
    expect(() => parseJson(halves)).toThrow(/lone surrogate/);
    for (const text of ['["a\\ud83d"]', '{"a":"\\ud83d"}', '[{"\\ud83d":1}]', '"\\ud83d"'])
      expect(() => parseJson(text, { surrogateUnits: true })).toThrow(/lone surrogate/);
  });
});

describe('a plain text', () => {
  it.each(['{}', '[]', '{"a":{"":1,"b":[true,null]},"b":-5}', '{"Z":"\u007f<&>","a":"é"}', '"x"'])('is %s', (text) => {
    expect(parseJsonForm(text).plain).toBe(true);
  });

  it.each([
    '{ }',
    ' {}',
    '{}\n',
    '{"b":1,"a":2}',
    '{"a":{"b":1,"a":2}}',
    '{"a":1,"":2}',
    '{"a":"\\n"}',
    '{"\\u0061":1}',
    '{"a":1.0}',
    '{"a":1e2}',
  ])('is not %j', (text) => {
    expect(parseJsonForm(text)).toEqual({ value: parseJson(text), plain: false });
  });

  it('is what canonical JSON writes, for whatever needs no escapes', () => {
    const name = fc.stringMatching(/^[ -!#-[\]-~é]{0,6}$/);
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.boolean(), name, fc.dictionary(name, tie('any')), fc.array(tie('any'))),
    })).any;
    fc.assert(
      fc.property(value, (one) => {
        const text = JSON.stringify(one);
        // Names that look like indices come first in objects of JavaScript, whatever order they were written in.
        expect(parseJsonForm(text).plain).toBe(sorted(one));
      }),
    );
  });
});

/** Whether names stand as they are sorted, at every level. */
function sorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return names.every((name, at) => at === 0 || (names[at - 1] as string) < name) && Object.values(value).every(sorted);
}
