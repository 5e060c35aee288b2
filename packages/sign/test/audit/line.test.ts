import { canonicalJson, type JsonValue, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainLines } from '../../src/audit/batch.js';
import { decodeLine, encodeMembers } from '../../src/audit/line.js';

const at = '2026-11-22T07:00:00.000Z';

/** The members of an entry, written down and read again. */
function throughLine(value: JsonValue): JsonValue | undefined {
  const { bytes } = chainLines(undefined, [{ kind: 'note', members: encodeMembers({ kind: 'note', value }), at }]);
  return decodeLine(bytes.subarray(0, -1)).members.value;
}

describe('a line', () => {
  it('gives back what was put into it, or it was refused: no entry can break the log', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        let read: JsonValue | undefined;
        try {
          read = throughLine(value as JsonValue);
        } catch (error) {
          // −0 and integers that a double cannot hold have no strict JSON.
          expect(SignError.is(error, 'ERR_INVALID_ARGUMENT')).toBe(true);
          return;
        }
        expect(canonicalJson(read)).toBe(canonicalJson(value));
      }),
    );
  });

  it('holds half of a surrogate pair as a replacement, and refuses it in a name', () => {
    expect(() => throughLine({ 'a\ud800': 1, 'a\ufffd': 2 })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(throughLine({ a: '\udc00b', c: '\u{1f600}"\\\n' })).toEqual({ a: '\ufffdb', c: '\u{1f600}"\\\n' });
  });

  it.each([-0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1n, () => 1, Symbol('x'), new Date(0), new Map()])(
    'refuses %s, which strict JSON does not have',
    (value) => {
      expect(() => throughLine(value as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );

  it('refuses what nests too deep', () => {
    let value: JsonValue = 1;
    for (let i = 0; i < 40; i++) value = [value];
    expect(() => throughLine(value)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});
